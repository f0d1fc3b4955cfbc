"""make_documents.py: documents of each type, written from scratch, sound and hostile

Every maker returns bytes.  sound() has what must be read, hostile() what must be refused or survived.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import functools
import hashlib
import io
import random
import struct
import zipfile
import zlib

XML = '<?xml version="1.0" encoding="UTF-8"?>'


def zipped(files, stored=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, kind)
    return out.getvalue()


# ---- PDF ------------------------------------------------------------------------------------------------------------

def pdf_objects(objects, trailer=""):
    """objects: number → bytes; 1 is the catalog."""
    out, places = io.BytesIO(b""), {}
    out.write(b"%PDF-1.5\n")
    for number, content in sorted(objects.items()):
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start, last = out.tell(), max(objects)
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (last + 1))
    for number in range(1, last + 1):
        out.write(b"%010d 00000 %s \n" % (places.get(number, 0), b"n" if number in places else b"f"))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (last + 1, trailer.encode(), start))
    return out.getvalue()


def stream(content, extra=b""):
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(content), extra, content)


def lines_at(x, y, lines):
    return b"".join(b"BT /F1 11 Tf %d %d Td (%s) Tj ET\n" % (x, y - 14 * i, line.encode("latin-1"))
                    for i, line in enumerate(lines))


def pdf(pages, outline=(), trailer="", objects=None):
    """pages: content streams; outline: (title, index of the page)."""
    objects = dict(objects or {})
    kids = " ".join(f"{10 + 2 * i} 0 R" for i in range(len(pages)))
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R %s>>" % (b"/Outlines 4 0 R " if outline else b"")
    objects[2] = f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode()
    objects[3] = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    for i, content in enumerate(pages):
        objects[10 + 2 * i] = (f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {11 + 2 * i} 0 R "
                               "/Resources << /Font << /F1 3 0 R >> >> >>").encode()
        objects[11 + 2 * i] = stream(content)
    first = 10 + 2 * len(pages)
    if outline:
        objects[4] = f"<< /Type /Outlines /First {first} 0 R /Last {first + len(outline) - 1} 0 R >>".encode()
    for i, (title, page) in enumerate(outline):
        after = f"/Next {first + i + 1} 0 R" if i + 1 < len(outline) else ""
        objects[first + i] = f"<< /Title ({title}) /Parent 4 0 R /Dest [{10 + 2 * page} 0 R /Fit] {after} >>".encode()
    return pdf_objects(objects, trailer)


def rc4(key, data):
    s, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + s[i] + key[i % len(key)]) % 256
        s[i], s[j] = s[j], s[i]
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + s[i]) % 256
        s[i], s[j] = s[j], s[i]
        out.append(byte ^ s[(s[i] + s[j]) % 256])
    return bytes(out)


PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def encrypted_pdf(password):
    """The standard security handler's second revision, 40 bits."""
    padded = (password.encode() + PADDING)[:32]
    owner = rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + struct.pack("<i", -4) + b"0" * 16).digest()[:5]
    user = rc4(key, PADDING)
    content = lines_at(72, 720, ["Secret words"])
    content = rc4(hashlib.md5(key + struct.pack("<I", 11)[:3] + b"\0\0").digest()[:10], content)
    crypt = (b"<< /Filter /Standard /V 1 /R 2 /O <" + owner.hex().encode() + b"> /U <" + user.hex().encode() + b"> /P -4 >>")
    return pdf([content], trailer=f"/Encrypt 9 0 R /ID [<{(b'0' * 16).hex()}> <{(b'0' * 16).hex()}>]", objects={9: crypt})


def two_columns():
    left = [f"left{i} column" for i in range(30)]
    right = [f"right{i} column" for i in range(30)]
    # The lines of both columns in turn, as a printer would put them on paper.
    content = b"".join(lines_at(60, 760 - 14 * i, [left[i]]) + lines_at(330, 760 - 14 * i, [right[i]]) for i in range(30))
    return pdf([content])


# ---- Word -----------------------------------------------------------------------------------------------------------

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="%s"' % OFFICE


def relations(*rows):
    return (f'{XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            + "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{target}"/>' for i, kind, target in rows)
            + "</Relationships>")


def docx(body, more=None, part="word/document.xml"):
    files = {
        "[Content_Types].xml": f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relations(("rId1", "officeDocument", part)),
        part: f"{XML}<w:document {W}><w:body>{body}</w:body></w:document>",
    }
    files.update(more or {})
    return zipped(files)


def paragraph(text, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>"


def whole_docx():
    item = lambda text, number, level=0: paragraph(
        text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')
    cell = lambda text: f"<w:tc>{paragraph(text)}</w:tc>"
    body = (
        paragraph("Überschrift", '<w:pStyle w:val="berschrift2"/>') + paragraph("Plain text here.")
        + '<w:p><w:r><w:t>With note</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
        + item("one", 1) + item("two", 1) + item("inner", 2, 1) + item("three", 1)
        + f"<w:tbl><w:tr>{cell('Name')}{cell('Größe')}</w:tr><w:tr>{cell('a|b')}{cell('中文')}</w:tr></w:tbl>"
        + '<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>kept</w:t></w:r></w:ins></w:p>'
        + '<w:p><w:r><w:lastRenderedPageBreak/><w:t>Second page</w:t></w:r></w:p>')
    return docx(body, {
        "word/_rels/document.xml.rels": relations(("a", "styles", "styles.xml"), ("b", "numbering", "numbering.xml"),
                                                  ("c", "footnotes", "footnotes.xml")),
        "word/styles.xml": f'{XML}<w:styles {W}><w:style w:styleId="Basis"><w:name w:val="heading 2"/></w:style>'
                           '<w:style w:styleId="berschrift2"><w:name w:val="Mine"/><w:basedOn w:val="Basis"/></w:style></w:styles>',
        "word/numbering.xml": f'{XML}<w:numbering {W}><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:numFmt '
                              'w:val="decimal"/></w:lvl></w:abstractNum><w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="1">'
                              '<w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/>'
                              '</w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num></w:numbering>',
        "word/footnotes.xml": f'{XML}<w:footnotes {W}><w:footnote w:id="2">{paragraph("The note.")}</w:footnote></w:footnotes>',
    })


# ---- PowerPoint and Excel -------------------------------------------------------------------------------------------

A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="%s"' % OFFICE
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" ' + A


def slide(title, points):
    shape = lambda kind, body: (f'<p:sp><p:nvSpPr><p:nvPr><p:ph {kind}/></p:nvPr></p:nvSpPr><p:txBody>{body}</p:txBody></p:sp>')
    text = lambda words, level=0: f'<a:p><a:pPr lvl="{level}"/><a:r><a:t>{words}</a:t></a:r></a:p>'
    return (f'{XML}<p:sld {P}><p:cSld><p:spTree>' + shape('type="title"', text(title))
            + shape('idx="1"', "".join(text(*point) for point in points)) + shape('type="sldNum"', text("99"))
            + "</p:spTree></p:cSld></p:sld>")


def pptx(n_slides=2):
    order = list(range(n_slides, 0, -1))        # the order of the list is not that of the names
    files = {
        "_rels/.rels": relations(("rId1", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"{XML}<p:presentation {P}><p:sldIdLst>"
                                + "".join(f'<p:sldId id="{256 + i}" r:id="s{i}"/>' for i in order)
                                + "</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(*((f"s{i}", "slide", f"slides/slide{i}.xml") for i in order)),
    }
    for i in order:
        files[f"ppt/slides/slide{i}.xml"] = slide(f"Title {i}", [("point", 0), ("below", 1)])
    files["ppt/slides/_rels/slide1.xml.rels"] = relations(("n", "notesSlide", "../notesSlides/n1.xml"))
    files["ppt/notesSlides/n1.xml"] = (f'{XML}<p:notes {P}><p:sp><p:txBody><a:p><a:r><a:t>Say hello</a:t></a:r></a:p>'
                                       "</p:txBody></p:sp></p:notes>")
    return zipped(files)


def xlsx(rows, strings=()):
    return zipped({
        "_rels/.rels": relations(("rId1", "officeDocument", "/xl/workbook.xml")),
        "xl/workbook.xml": f'{XML}<workbook xmlns:r="{OFFICE}"><sheets><sheet name="Preise" sheetId="1" r:id="x"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(("x", "worksheet", "worksheets/sheet1.xml"), ("s", "sharedStrings", "sharedStrings.xml"),
                                                ("t", "styles", "styles.xml")),
        "xl/sharedStrings.xml": f"{XML}<sst>" + "".join(f"<si><t>{s}</t></si>" for s in strings) + "</sst>",
        "xl/styles.xml": f'{XML}<styleSheet><numFmts><numFmt numFmtId="164" formatCode="&quot;d&quot;0.0"/></numFmts>'
                         '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f"{XML}<worksheet><sheetData>{rows}</sheetData></worksheet>",
    })


# ---- OpenDocument ---------------------------------------------------------------------------------------------------

ODF = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table", "style"))
ODF += ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'


def odf(body, kind="text", styles="", more=None):
    files = {"mimetype": f"application/vnd.oasis.opendocument.{kind}",
             "content.xml": f"{XML}<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
                            f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"}
    files.update(more or {})
    return zipped(files, stored=("mimetype",))


def whole_odt():
    p = lambda text: f"<text:p>{text}</text:p>"
    item = lambda text: f"<text:list-item>{text}</text:list-item>"
    cell = lambda text: f"<table:table-cell>{p(text)}</table:table-cell>"
    note = ('<text:note><text:note-citation>3</text:note-citation><text:note-body><text:p>The note.</text:p></text:note-body>'
            "</text:note>")
    body = (
        "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
        + '<text:h text:outline-level="2">Kapitel</text:h>' + p("Plain<text:s text:c=\"3\"/>text<text:tab/>here.")
        + p(f"With note{note} and more.")
        + '<text:list text:style-name="N">' + item(p("one")) + item(p("two") + "<text:list>" + item(p("inner")) + "</text:list>")
        + item(p("three")) + "</text:list>"
        + "<table:table><table:table-row>" + cell("Name") + cell("Größe") + "</table:table-row><table:table-row>" + cell("a|b")
        + cell("中文") + '<table:table-cell table:number-columns-repeated="16000"/></table:table-row></table:table>'
        + p("<text:soft-page-break/>Second page"))
    styles = ('<text:list-style style:name="N"><text:list-level-style-number text:level="1" style:num-format="1"/>'
              '<text:list-level-style-bullet text:level="2"/></text:list-style>')
    return odf(body, styles=styles)


# ---- EPUB and HTML --------------------------------------------------------------------------------------------------

def epub(chapters, more=None, package="OEBPS/book.opf"):
    items = "".join(f'<item id="c{i}" href="text/c%20{i}.xhtml" media-type="application/xhtml+xml"/>' for i in range(len(chapters)))
    spine = "".join(f'<itemref idref="c{i}"/>' for i in range(len(chapters)))
    files = {"mimetype": "application/epub+zip",
             "META-INF/container.xml": f'{XML}<container><rootfiles><rootfile full-path="{package}"/></rootfiles></container>',
             package: f"{XML}<package><manifest>{items}</manifest><spine>{spine}</spine></package>"}
    for i, chapter in enumerate(chapters):
        files[f"OEBPS/text/c {i}.xhtml"] = (f'{XML}<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title>'
                                            f"</head><body>{chapter}</body></html>")
    files.update(more or {})
    return zipped(files, stored=("mimetype",))


HTML = ("<!DOCTYPE html><html><head><title>no</title><style>p { color: red }</style></head><body><h2>Heading</h2><p>First &amp; "
        "<b>bold</b> text.<script>alert(1)</script><ul><li>one<li><p>two</p><ol start=3><li>inner</ol></ul>"
        "<table><tr><th>Name<th>Size<tr><td>a|b<td>中文</table><pre>code\n  here</pre><p>a<br>b</body></html>")


# ---- Hostile --------------------------------------------------------------------------------------------------------

LAUGHS = ('<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{i} "' + f"&a{i - 1};" * 10 + '">' for i in range(1, 12))
          + '<!ENTITY file SYSTEM "file:///etc/passwd">]>')


def with_doctype(data, part, words):
    """The same archive with a document type and a reference put into one part."""
    files = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if name == part:
                content = content.replace(XML.encode(), (XML + LAUGHS).encode()).replace(b"Plain", b"Plain" + words)
            files[name] = content
    return zipped(files)


def endless(n_bytes):
    """Zeros, packed a thousand to one, without ever being whole in this process."""
    packer, out = zlib.compressobj(9), []
    for _ in range(n_bytes >> 20):
        out.append(packer.compress(b"\0" * (1 << 20)))
    return b"".join(out) + packer.flush()


@functools.lru_cache
def sound():
    """name → bytes"""
    rows = ('<row><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>Tag</t></is></c></row>'
            '<row><c r="A2" s="2"><v>1.5</v></c><c r="C2" s="1"><v>45000</v></c></row><row><c r="B3" t="b"><v>1</v></c></row>')
    return {
        "columns.pdf": two_columns(),
        "outline.pdf": pdf([lines_at(72, 720, ["1. Opening", "words of it"]), lines_at(72, 720, ["more", "Closing", "the end"])],
                           outline=[("Opening", 0), ("Closing", 1)]),
        "owner.pdf": encrypted_pdf(""),
        "whole.docx": whole_docx(),
        "whole.pptx": pptx(),
        "whole.xlsx": xlsx(rows, ["Ware"]),
        "whole.odt": whole_odt(),
        "whole.odp": odf('<draw:page draw:name="a"><text:p>First</text:p></draw:page><draw:page><text:p>Second</text:p></draw:page>',
                         "presentation"),
        "whole.ods": odf('<table:table table:name="Blatt"><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>'
                         '<table:table-cell table:number-columns-repeated="2"/><table:table-cell><text:p>d</text:p>'
                         "</table:table-cell></table:table-row></table:table>", "spreadsheet"),
        "whole.epub": epub(["<h1>One</h1><p>First&nbsp;chapter</p>", "<h1>Two</h1><p>第二章</p>"]),
        "whole.html": HTML.encode(),
    }


@functools.lru_cache
def hostile():
    """name → (bytes, the words with which it may be refused, or that it may be read: None)"""
    cases = {}
    base = sound()
    for name, data in base.items():
        for percent in (3, 20, 50, 80, 97):
            cases[f"cut-{percent}-{name}"] = data[:len(data) * percent // 100], None
    deep = 100000
    bomb = zipped({"[Content_Types].xml": "", "_rels/.rels": relations(("r", "officeDocument", "word/document.xml")),
                   "word/document.xml": b" " * (300 << 20)})
    kids = " ".join(f"{i} 0 R" for i in range(5, 25))
    cases.update({
        "bomb.docx": (bomb, {"large"}),
        "bomb.pdf": (pdf_objects({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                                  3: b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
                                  4: stream(endless(256 << 20), b"/Filter /FlateDecode ")}), {"no-text", "time", "died"}),
        "million-pages.pdf": (pdf_objects({1: b"<< /Type /Catalog /Pages 2 0 R >>",
                                           2: b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>",
                                           3: b"<< /Type /Page /Parent 2 0 R >>"}), {"pages", "damaged", "no-text"}),
        "many-pages.pdf": (pdf([b""] * 2001), {"pages"}),
        "loop-pages.pdf": (pdf_objects({1: b"<< /Type /Catalog /Pages 2 0 R >>",
                                        2: f"<< /Type /Pages /Kids [2 0 R {kids}] /Count 21 >>".encode()}), None),
        "loop-outline.pdf": (pdf([lines_at(72, 720, ["Words"])], outline=[("a", 0)]).replace(b"/Fit] ", b"/Fit] /Next 12 0 R /First 12 0 R "), None),
        "loop-form.pdf": (pdf_objects({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                                       3: b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>",
                                       4: stream(b"/X Do"), 5: stream(b"/X Do", b"/Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >> ")}), None),
        "deep.pdf": (pdf_objects({1: b"[" * deep, 2: b"<<"}), None),
        "encrypted.pdf": (encrypted_pdf("open sesame"), {"password"}),
        "scanned.pdf": (pdf([b"0 0 100 100 re f", b"0 0 50 50 re f"]), {"no-text"}),
        "launch.pdf": (pdf([lines_at(72, 720, ["Words"])]).replace(
            b"/Type /Catalog", b"/OpenAction << /S /Launch /F (/usr/bin/touch) >> /Type /Catalog"), None),
        "javascript.pdf": (pdf([lines_at(72, 720, ["Words"])]).replace(
            b"/Type /Catalog", b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> /Type /Catalog"), None),
        "laughs.docx": (with_doctype(base["whole.docx"], "word/document.xml", b"&a11;"), None),
        "entity.docx": (with_doctype(base["whole.docx"], "word/document.xml", b"&file;"), None),
        "laughs.odt": (with_doctype(base["whole.odt"], "content.xml", b"&a11;"), None),
        "entity.odt": (with_doctype(base["whole.odt"], "content.xml", b"&file;"), None),
        "deep.docx": (docx("<w:p>" * deep), {"damaged"}),
        "deep-tables.docx": (docx("<w:tbl><w:tr><w:tc>" * 80 + paragraph("within") + "</w:tc></w:tr></w:tbl>" * 80), None),
        "deep.odt": (odf("<text:list><text:list-item>" * deep), {"damaged"}),
        "deep-lists.odt": (odf("<text:list><text:list-item>" * 100 + "<text:p>within</text:p>" + "</text:list-item></text:list>" * 100), None),
        "deep.html": (b"<div>" * deep + b"Words" + b"<table><tr><td>" * 1000, None),
        "lists.html": (b"<ul><li>" * 5000 + b"Words", None),
        "unended.html": (b"<html><p>Words <b>and <i>more <!-- <script>", None),
        "repeated.ods": (odf('<table:table><table:table-row>' + '<table:table-cell table:number-columns-repeated="99999999"/>' * 2000
                             + "<table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table>", "spreadsheet"), None),
        "styles-in-a-circle.docx": (docx(paragraph("Words", '<w:pStyle w:val="a"/>'), {
            "word/_rels/document.xml.rels": relations(("a", "styles", "styles.xml")),
            "word/styles.xml": f'{XML}<w:styles {W}><w:style w:styleId="a"><w:basedOn w:val="b"/></w:style><w:style w:styleId="b">'
                               '<w:basedOn w:val="a"/></w:style></w:styles>'}), None),
        "macros.docm": (docx(paragraph("Words"), {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 1000,
                                                  "word/_rels/document.xml.rels": relations(("m", "vbaProject", "vbaProject.bin"))}), None),
        "escape.docx": (docx(paragraph("Words"), {"../../../../tmp/escaped.xml": "x", "/etc/escaped.xml": "x", "C:\\escaped.xml": "x"}), None),
        "escape.epub": (epub(["<p>Words</p>"], {"OEBPS/book.opf": f'{XML}<package><manifest><item id="a" href="../../../../etc/passwd"/>'
                                                '<item id="b" href="file:///etc/passwd"/></manifest><spine><itemref idref="a"/>'
                                                '<itemref idref="b"/></spine></package>'}), {"no-text"}),
        "circle.epub": (epub(["<p>Words</p>"], {"OEBPS/book.opf": f'{XML}<package><manifest><item id="a" href="book.opf"/></manifest><spine>'
                                                + '<itemref idref="a"/>' * 20000 + "</spine></package>"}), None),
        "drm.epub": (epub(["<p>Words</p>"], {"META-INF/encryption.xml": '<e Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>'}), {"encrypted"}),
        "encrypted.odt": (odf("<text:p>x</text:p>", more={"META-INF/manifest.xml": "<m><manifest:encryption-data/></m>"}), {"encrypted"}),
        "no-content.odt": (zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), {"damaged"}),
        "no-content.docx": (zipped({"_rels/.rels": relations(("r", "officeDocument", "word/document.xml"))}), {"damaged"}),
        "far.xlsx": (xlsx('<row><c r="XFD1"><v>1</v></c></row><row><c r="ZZZZZZZZZZ1048576"><v>2</v></c></row>'), None),
        "index.xlsx": (xlsx('<row><c r="A1" t="s"><v>99999999999999999999</v></c><c t="s"><v>-1</v></c><c s="999"><v>7</v></c></row>'), None),
        "date.xlsx": (xlsx('<row><c r="A1" s="1"><v>1e300</v></c><c r="B1" s="1"><v>-5</v></c><c s="1"><v>nan</v></c></row>'), None),
        "other.zip": (zipped({"a.bin": b"x" * 1000}), {"unknown"}),
        "entries.zip": (zipped({f"{i}.xml": "" for i in range(20000)}), {"unknown"}),
        "empty.zip": (zipped({}), {"unknown", "damaged"}),
        "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000, {"old"}),
        "encrypted.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600, {"encrypted"}),
        "text.rtf": (b"{\\rtf1 words}", {"old"}),
        "picture.png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10, {"unknown"}),
        "empty.txt": (b"", {"no-text"}),
        "blank.txt": (b" \n\t\n", {"no-text"}),
        "long.txt": (b"words " * ((50 << 20) // 6 + 10), {"long"}),
        "long.docx": (docx(paragraph("<w:t>" + "word " * 1000 + "</w:t>") * 11000), {"long", "large"}),
        "huge-text.docx": (docx(paragraph("x" * (11 << 20))), {"damaged"}),
        "nothing-but-name.pdf": (b"%PDF-", {"damaged"}),
    })
    return cases


def shaken(n, seed):
    """Sound documents with some of their bytes replaced, moved or left out: (name, bytes)."""
    dice, base = random.Random(seed), sorted(sound().items())
    for i in range(n):
        name, data = base[i % len(base)]
        data = bytearray(data)
        for _ in range(dice.randint(1, 20)):
            at, what = dice.randrange(len(data)), dice.randrange(4)
            if what == 0:
                data[at] = dice.randrange(256)
            elif what == 1:
                del data[at:at + dice.randrange(1, 40)]
            elif what == 2:
                data[at:at] = data[at // 2:at // 2 + dice.randrange(1, 200)]
            else:
                data[at:at + 4] = dice.choice([b"\xff" * 4, b"\0" * 4, struct.pack("<I", dice.getrandbits(32))])
        yield f"shaken-{i}-{name}", bytes(data)
