"""sandbox-worker.py: the process in the sandbox, which keeps one Python namespace and runs cells in it

SPDX-License-Identifier: GPL-3.0-or-later

Standard input: requests, each a JSON line, followed by as many raw bytes as it says: {"id": n, "code": "…"} runs a cell,
{"file": "name", "bytes": n} makes a file.  Standard output and error: whatever a cell prints, raw.  Descriptor 3: answers, each a
JSON line followed by header["bytes"] raw bytes: "ready" first, then for each cell its images and files, and {"id": n, "error": …}.

Before the first request is read the process locks itself: resource limits, Landlock, seccomp.  Where one of them cannot be had,
its first answer says so, and the other side decides; nothing in it is trusted once a cell has run.

A second process, the guard, is the first that runs.  It hands the requests on, so that it knows when a cell begins, and kills
the interpreter, the only other process that there can be: when the other side closes standard input (Stop, or the program is
gone), on a signal to end, when a cell has used up its processor time, and when a folder that can be written has grown too large.
The interpreter can send it no signal.  Its exit status says why it ended.

usage: sandbox-worker.py MEMORY_MIB FILE_MIB CELL_CPU_SECONDS DISK_MIB FILES FOLDER…     the last folder is that of the files
"""
import sys

try:
    import ast, ctypes, fcntl, importlib.util, json, os, platform, resource, select, signal, stat, struct, warnings
except ImportError as e:
    import os
    os.write(3, b'{"ready": false, "lacks": "%s", "bytes": 0}\n' % (e.name or "?").encode())
    os._exit(1)

REQUESTS, ANSWERS, SOURCE = 0, 3, 4
LIBC = ctypes.CDLL(None, use_errno=True)
MAX_IMAGES, MAX_PIXELS = 4, 1600 * 1200
PLOT = "/app/plot/lib/python%d.%d/site-packages" % sys.version_info[:2]     # in a Flatpak: its extension with numpy and matplotlib
MAX_FILES, MAX_FILE_BYTES, MAX_FILES_BYTES = 8, 16 << 20, 32 << 20
ALL_CPU_SECONDS = 3600              # of all cells together; the guard bounds each
# The guard's exit statuses; that of an interpreter which ended by itself is ENDED, or 128 and its signal.
CLOSED, CPU, DISK, ENDED = 10, 11, 12, 13


def answer(header, data=b""):
    header["bytes"] = len(data)
    out = json.dumps(header).encode() + b"\n" + data
    while out:
        out = out[os.write(ANSWERS, out):]


# ---- Guard ----------------------------------------------------------------------------------------------------------

def guard(folders, max_bytes, max_files, cpu_seconds):
    """Returns in the interpreter, whose standard input then brings the requests; never in the guard."""
    def used():
        spaces = [os.statvfs(f) for f in folders]
        return [((s.f_blocks - s.f_bfree) * s.f_frsize, s.f_files - s.f_ffree) for s in spaces]

    def cpu():
        with open(f"/proc/{interpreter}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    alive_r, alive_w = os.pipe()
    requests_r, requests_w = os.pipe()
    interpreter = os.fork()
    if interpreter == 0:
        os.close(alive_r), os.close(requests_w)
        os.dup2(requests_r, REQUESTS), os.close(requests_r)
        return

    def end(status):
        try:
            os.kill(interpreter, signal.SIGKILL)    # the sandbox's first process would wait for it
        except ProcessLookupError:
            pass                                    # it has ended, and was waited for
        os._exit(status)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: end(CLOSED))
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    os.close(alive_w), os.close(requests_r), os.close(ANSWERS)
    os.set_blocking(requests_w, False)
    before, began, last, idle, pending = used(), cpu(), -1, 0, b""
    while True:
        ends = select.poll()
        ends.register(REQUESTS, 0 if pending else select.POLLIN)
        ends.register(alive_r, 0)                   # no event asked for: only that the other end was closed
        if pending:
            ends.register(requests_w, select.POLLOUT)
        ready = dict(ends.poll(50 if idle < 20 else 500))
        if alive_r in ready:
            status = os.waitpid(interpreter, os.WNOHANG)
            end(128 + os.WTERMSIG(status[1]) if status[0] and os.WIFSIGNALED(status[1]) else ENDED)
        now = cpu()
        idle, last = (0 if now != last else idle + 1), now
        if now - began > cpu_seconds:
            end(CPU)
        if any(b - b0 > max_bytes or n - n0 > max_files for (b, n), (b0, n0) in zip(used(), before)):
            end(DISK)
        events = ready.get(REQUESTS, 0)
        if events & select.POLLIN:
            pending, began, idle = os.read(REQUESTS, 65536), now, 0
            if not pending:
                end(CLOSED)
        elif events:
            end(CLOSED)
        if pending:
            try:
                pending = pending[os.write(requests_w, pending):]
            except BlockingIOError:
                pass
            except BrokenPipeError:
                end(ENDED)


# ---- Limits ---------------------------------------------------------------------------------------------------------

def limit(memory_mib, file_mib):
    for what, value in ((resource.RLIMIT_AS, memory_mib << 20), (resource.RLIMIT_FSIZE, file_mib << 20),
                        (resource.RLIMIT_CPU, ALL_CPU_SECONDS), (resource.RLIMIT_NOFILE, 64), (resource.RLIMIT_CORE, 0),
                        (resource.RLIMIT_NPROC, 16), (resource.RLIMIT_MEMLOCK, 0), (resource.RLIMIT_MSGQUEUE, 0)):
        resource.setrlimit(what, (value, value))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)       # a write beyond the limit is then OSError, not death


# ---- Landlock: read everything that is mounted, write the named folders alone ---------------------------------------

def landlock(writable):
    create, add, restrict = 444, 445, 446               # the same numbers on every architecture
    abi = LIBC.syscall(create, None, ctypes.c_size_t(0), ctypes.c_uint(1))
    if abi < 1:
        return 0
    known = {1: 13, 2: 14, 3: 15, 4: 15}.get(abi, 16)   # how many access rights to files this ABI knows
    every, read = (1 << known) - 1, 4 | 8               # bits: 1 execute, 2 write, 4 read a file, 8 read a folder
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    # Bind and connect, with no rule: none.  Abstract sockets and signals: no further than here.
    attributes = struct.pack("=QQQ", every, 3, 3)
    rules = LIBC.syscall(create, attributes, ctypes.c_size_t(size), ctypes.c_uint(0))
    if rules < 0:
        return 0
    for path, access in [("/", read), ("/dev/null", 6)] + [(p, every & ~1) for p in writable]:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        if LIBC.syscall(add, rules, 1, struct.pack("=Qi", access, folder), 0) != 0:
            return 0
        os.close(folder)
    ok = LIBC.prctl(38, 1, 0, 0, 0) == 0 and LIBC.syscall(restrict, rules, 0) == 0
    os.close(rules)
    return abi if ok else 0


# ---- seccomp: one process, no program, no socket --------------------------------------------------------------------

# own: the first argument is the process itself, or 0 where the call takes that for it.
X86 = dict(arch=0xC000003E, clone=56, clone3=435, own=(62, 234, 302), fcntl=72, deny="""
    socket 41 socketpair 53 fork 57 vfork 58 execve 59 execveat 322 ptrace 101 tkill 200 rt_sigqueueinfo 129
    rt_tgsigqueueinfo 297 pidfd_send_signal 424 mount 165 umount2 166 pivot_root 155 chroot 161 unshare 272 setns 308 keyctl 250
    add_key 248 request_key 249 bpf 321 perf_event_open 298 userfaultfd 323 io_uring_setup 425 open_by_handle_at 304
    name_to_handle_at 303 process_vm_readv 310 process_vm_writev 311 process_madvise 440 process_mrelease 448 pidfd_open 434
    pidfd_getfd 438 memfd_create 319 memfd_secret 447 shmget 29 msgget 68 semget 64 mq_open 240 personality 135 setpriority 141
    sched_setscheduler 144 sched_setparam 142 sched_setaffinity 203 sched_setattr 314 ioprio_set 251 move_pages 279
    migrate_pages 256 kcmp 312 fsopen 430 fsconfig 431 fsmount 432 fspick 433 open_tree 428 move_mount 429 mount_setattr 442
    init_module 175 finit_module 313 kexec_load 246 kexec_file_load 320 reboot 169 swapon 167 syslog 103 quotactl 179
    quotactl_fd 443 acct 163 settimeofday 164 clock_settime 227 iopl 172 ioperm 173 modify_ldt 154 fanotify_init 300
    inotify_init 253 inotify_init1 294 mlock 149 mlockall 151 mlock2 325 remap_file_pages 216 lookup_dcookie 212 uselib 134""")
ARM = dict(arch=0xC00000B7, clone=220, clone3=435, own=(129, 131, 261), fcntl=25, deny="""
    socket 198 socketpair 199 execve 221 execveat 281 ptrace 117 tkill 130 rt_sigqueueinfo 138 rt_tgsigqueueinfo 240
    pidfd_send_signal 424 mount 40 umount2 39 pivot_root 41 chroot 51 unshare 97 setns 268 keyctl 219 add_key 217 request_key 218
    bpf 280 perf_event_open 241 userfaultfd 282 io_uring_setup 425 open_by_handle_at 265 name_to_handle_at 264
    process_vm_readv 270 process_vm_writev 271 process_madvise 440 process_mrelease 448 pidfd_open 434 pidfd_getfd 438
    memfd_create 279 memfd_secret 447 shmget 194 msgget 186 semget 190 mq_open 180 personality 92 setpriority 140
    sched_setscheduler 119 sched_setparam 118 sched_setaffinity 122 sched_setattr 274 ioprio_set 30 move_pages 239
    migrate_pages 238 kcmp 272 fsopen 430 fsconfig 431 fsmount 432 fspick 433 open_tree 428 move_mount 429 mount_setattr 442
    init_module 105 finit_module 273 kexec_load 104 kexec_file_load 294 reboot 142 swapon 224 syslog 116 quotactl 60
    quotactl_fd 443 acct 89 settimeofday 170 clock_settime 112 fanotify_init 262 inotify_init1 26 mlock 228 mlockall 230
    mlock2 284 remap_file_pages 234 lookup_dcookie 18""")


def seccomp():
    table = {"x86_64": X86, "aarch64": ARM}.get(platform.machine())
    if not table:
        return 0
    denied = sorted({int(n) for n in table["deny"].split()[1::2]})
    kill, eperm, enosys, allow, thread = 0x80000000, 0x00050001, 0x00050026, 0x7FFF0000, 0x00010000
    code = [(0x20, 0, 0, 4), (0x15, 1, 0, table["arch"]), (0x06, 0, 0, kill),       # another architecture: killed
            (0x20, 0, 0, 0)]
    if table is X86:
        code += [(0x35, 0, 1, 0x40000000), (0x06, 0, 0, kill)]                      # the x32 numbers: killed
    code += [(0x15, 0, 1, table["clone3"]), (0x06, 0, 0, enosys)]                   # libc then uses clone
    code += [(0x15, 0, 4, table["clone"]), (0x20, 0, 0, 16), (0x45, 1, 0, thread), (0x06, 0, 0, eperm),
             (0x06, 0, 0, allow)]                                                   # threads, no processes
    for number in table["own"]:     # kill (0) is the whole group: the guard belongs to it
        zero = 1 if number == table["own"][2] else 0
        code += [(0x15, 0, 4 + zero, number), (0x20, 0, 0, 16)]
        code += [(0x15, 2, 0, 0)] if zero else []
        code += [(0x15, 1, 0, os.getpid()), (0x06, 0, 0, eperm), (0x06, 0, 0, allow)]
    code += [(0x15, 0, 6, table["fcntl"]), (0x20, 0, 0, 24), (0x15, 2, 0, 8), (0x15, 1, 0, 10), (0x15, 0, 1, 15),
             (0x06, 0, 0, eperm), (0x06, 0, 0, allow)]                              # F_SETOWN, F_SETSIG, F_SETOWN_EX
    for number in denied:
        code += [(0x15, 0, 1, number), (0x06, 0, 0, eperm)]
    code.append((0x06, 0, 0, allow))
    program = b"".join(struct.pack("=HBBI", *c) for c in code)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("=HxxxxxxQ", len(code), ctypes.addressof(buffer))
    if LIBC.prctl(38, 1, 0, 0, 0) != 0 or LIBC.prctl(22, 2, header, 0, 0) != 0:
        return 0
    return len(denied)


# ---- Cells ----------------------------------------------------------------------------------------------------------

def show(value):
    if value is not None:
        import pprint
        print(pprint.pformat(value, width=80, sort_dicts=False) if isinstance(value, (dict, list, tuple, set))
              else repr(value))


def run(source, names):
    # What a notebook knows and Python does not.
    source = "\n".join("" if line.startswith("%matplotlib") else line for line in source.split("\n"))
    tree = ast.parse(source, "cell")
    last = ast.Expression(tree.body.pop().value) if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    if last:
        show(eval(compile(last, "cell", "eval"), names))


def failure(error):
    import traceback
    lines = traceback.format_exception_only(type(error), error)
    lines_of_cell = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == "cell"]
    where = f"line {lines_of_cell[-1]}: " if lines_of_cell else ""
    if isinstance(error, SyntaxError) and error.filename == "cell":
        where = f"line {error.lineno}: "
    return (where + lines[-1].strip())[:2000]


def images():
    """Raw pixels: the other side never has to decode a file that the cell may have made."""
    plot = sys.modules.get("matplotlib.pyplot")
    if plot is None:
        return
    try:
        for number in plot.get_fignums()[:MAX_IMAGES]:
            figure = plot.figure(number)
            w, h = figure.get_size_inches()
            figure.set_dpi(min(max(figure.get_dpi(), 100), (MAX_PIXELS / (w * h)) ** 0.5))
            figure.canvas.draw()
            width, height = figure.canvas.get_width_height()
            answer({"image": [int(width), int(height)]}, bytes(figure.canvas.buffer_rgba()))
    finally:
        plot.close("all")


def snapshot(folder):
    """Path → what changes with it, of the regular files below the folder."""
    found = {}
    for path, folders, names in os.walk(folder):
        for name in names:
            whole = os.path.join(path, name)
            s = os.lstat(whole)
            if stat.S_ISREG(s.st_mode):
                found[whole] = (s.st_ino, s.st_size, s.st_mtime_ns)
        if len(found) > 5000:
            break
    return found


def files(folder, before):
    """The files that the cell made or changed."""
    left, sent = MAX_FILES_BYTES, 0
    for path, state in sorted(snapshot(folder).items()):
        if before.get(path) == state:
            continue
        sent += 1
        data, size = b"", state[1]
        if sent <= MAX_FILES and size <= min(MAX_FILE_BYTES, left):
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(fd, "rb") as file:
                data = file.read(size)
            left -= len(data)
            answer({"file": os.path.relpath(path, folder)}, data)
        else:
            answer({"left": os.path.relpath(path, folder)})
        if sent > 64:
            break


def make_file(folder, name, data):
    path = os.path.join(folder, os.path.basename(name))
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o400)
    with os.fdopen(fd, "wb") as file:
        file.write(data)


# Files of fonts for Chinese, best first, and what matplotlib calls them: of a collection it reads the first alone.
FONTS = (("NotoSansCJKsc-Regular.otf", "Noto Sans CJK SC"), ("SourceHanSansCN-Regular.otf", "Source Han Sans CN"),
         ("NotoSansSC-Regular.otf", "Noto Sans SC"), ("NotoSansCJK-Regular.ttc", "Noto Sans CJK JP"),
         ("wqy-zenhei.ttc", "WenQuanYi Zen Hei"), ("wqy-microhei.ttc", "WenQuanYi Micro Hei"),
         ("DroidSansFallbackFull.ttf", "Droid Sans Fallback"))
# What programs ask for that were written for other systems.
OTHER_FONTS = {"SimHei", "SimSun", "NSimSun", "FangSong", "KaiTi", "Microsoft YaHei", "PingFang SC", "Heiti SC", "Songti SC", "STHeiti",
               "STSong", "STKaiti", "Arial Unicode MS", *(family for name, family in FONTS)}


def settle():
    """What plots need: no words about a window that there is not, and a font for Chinese.  Returns its file and name, or None."""
    warnings.filterwarnings("ignore", message=".*non-interactive.*")
    there = {name: path for place in ("/run/host/fonts", "/usr/share/fonts") for path, folders, names in os.walk(place) for name in names}
    found = next(((os.path.join(there[name], name), family) for name, family in FONTS if name in there), None)
    target = os.environ.get("MPLCONFIGDIR")
    if found and target:
        os.makedirs(target, exist_ok=True)
        with open(os.path.join(target, "matplotlibrc"), "w") as file:
            file.write(f"font.family: DejaVu Sans, {found[1]}\naxes.unicode_minus: False\n")
    return found


def name_fonts(path, family):
    """The font has the names of those that are not here: the words of a plot are no squares, and nothing is said of its fonts."""
    import dataclasses
    from matplotlib.font_manager import fontManager as manager
    if not any(font.name == family for font in manager.ttflist):
        manager.addfont(path)
    missing = OTHER_FONTS - {font.name for font in manager.ttflist}
    manager.ttflist += [dataclasses.replace(font, name=name) for font in manager.ttflist if font.name == family for name in missing]


def cell(request, names, folder, fonts):
    before, error = snapshot(folder), None
    try:
        # A program that draws will load these anyway.
        if "matplotlib" in request["code"]:
            import logging
            # On a slow computer it says after 5 s that it builds a cache of fonts: the model would read that as the program's output.
            logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
            if fonts:
                name_fonts(*fonts.pop())
    except Exception:
        pass
    try:
        run(request["code"], names)
    except KeyboardInterrupt:
        error = "KeyboardInterrupt"
    except SystemExit as e:
        error = f"SystemExit: {e.code}"
    except BaseException as e:
        error = failure(e)
    for step in (images, lambda: files(folder, before)):
        try:
            step()
        except BaseException as e:
            error = error or failure(e)
    try:
        sys.stdout.flush(), sys.stderr.flush()
    except BaseException:
        pass
    answer({"id": request["id"], "error": error})


def main():
    memory, size, cpu, disk, n_files, *writable = sys.argv[1:]
    sys.argv = [""]
    for folder in writable:
        os.makedirs(folder, exist_ok=True)
    os.chdir(writable[-1])
    # Whoever prints a traceback reads the file that this was read from.
    nothing = os.open("/dev/null", os.O_RDONLY)
    os.dup2(nothing, SOURCE)
    guard(writable, int(disk) << 20, int(n_files), int(cpu))
    requests = os.fdopen(os.dup(REQUESTS), "rb")
    os.dup2(nothing, REQUESTS), os.close(nothing)
    abi = landlock(writable)
    limit(int(memory), int(size))
    n_denied = seccomp()
    if os.path.isdir(PLOT):
        sys.path.append(PLOT)
    modules = [m for m in ("numpy", "matplotlib", "pandas") if importlib.util.find_spec(m)]
    answer({"ready": True, "python": platform.python_version(), "landlock": abi, "seccomp": n_denied, "modules": modules})
    fonts = []          # to be named before the first plot
    try:
        fonts = [font for font in [settle()] if font]
    except OSError:
        pass
    names = {"__name__": "__main__", "__builtins__": __builtins__}
    for line in requests:
        request = json.loads(line)
        if "file" in request:
            data = requests.read(request["bytes"])
            try:
                make_file(writable[-1], request["file"], data)
            except OSError as e:
                print(f"{request['file']}: {e.strerror}", flush=True)
        else:
            cell(request, names, writable[-1], fonts)


main()
