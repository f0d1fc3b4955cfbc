#!/usr/bin/env python3
"""check-words.py SOURCE-ROOT: words that the program's texts no longer use, in English and in both kinds of Chinese.

What native readers changed once, and what a text written later would bring back: British spelling, several words for one thing,
words that mean something else to who reads them.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import re
import sys

ENGLISH = {
    r"[Cc]olour|[Ll]icence\b|[Nn]eighbour|[Cc]entre\b|[Ff]avour|[Gg]rey\b|(ogni|ani|ali|anti)s(e|ed|es|ing|ation)\b": "American spelling",
    r"\b[Bb]in\b": "Trash",
    r"\bof which\b": "a sentence of its own",
    r"\bTake Out\b|\bTake out\b": "Unarchive, Remove",
    r"\bGive the memory back\b": "Unload",
    r"\bWaits for\b": "Queued, or Waiting for",
    r"\bThat is more than\b": "Too many",
    r"\bTry again$|\bLoad it anyway\b|\bMake it$": "capitals of a button, and what it does",
    r"\bChoosing words\b|\bWorking space\b": "Generation, Buffers",
}
SIMPLIFIED = {
    "卸载": "释放内存 (卸载 is to uninstall)", "载入": "加载", "由你停止": "已手动停止", "模型已写完": "正常结束", "选词": "生成参数",
    "对话长度": "上下文长度", "工作空间": "运行缓冲", "没有回答任何内容": "回复为空", "等待当前回复结束": "排队中", "读取时已修正": "已自动修正",
    "您": "你 (as everywhere)",
}
TRADITIONAL = {"您": "你 (as everywhere)", "卸載": "釋放記憶體", "默認": "預設", "信息": "訊息 or 資訊", "網絡": "網路", "文件夾": "資料夾", "內存": "記憶體", "軟件": "軟體", "視頻": "影片",
               "打印": "列印", "服務器": "伺服器", "程序": "程式", "屏幕": "螢幕"}


def read(path):
    """(line, msgid, msgstr) of a catalogue."""
    for entry in re.split(r"\n\n+", path.read_text(encoding="utf-8")):
        texts = {"msgid": "", "msgstr": ""}
        current = None
        for line in entry.splitlines():
            found = re.match(r'(msgid|msgstr)(?:_plural|\[\d+\])? "(.*)"$', line)
            if found:
                current = found[1]
                texts[current] += found[2] + "\n"
            elif current and line.startswith('"'):
                texts[current] = texts[current][:-1] + line[1:-1] + "\n"
        yield texts["msgid"], texts["msgstr"]


def main():
    root = pathlib.Path(sys.argv[1])
    problems = []
    for name, words in (("zh_CN", SIMPLIFIED), ("zh_TW", TRADITIONAL)):
        for english, text in read(root / "po" / f"{name}.po"):
            problems += [f"{name}: “{text.strip()}”: {better} instead of {word}"
                         for word, better in words.items() if word in text]
            if name == "zh_CN":
                problems += [f"“{english.strip()}”: {better}" for pattern, better in ENGLISH.items()
                             for line in english.splitlines() if re.search(pattern, line.replace("_", ""))]
    print("\n".join(problems))
    sys.exit(bool(problems))


main()
