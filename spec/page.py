"""The specification as one page: page.py SPEC-FOLDER OUTPUT [DEPFILE]. Reads the part of Markdown that it is written in."""

import html
import re
import sys
from pathlib import Path

CHAPTERS = ("README", "primitives", "container", "validation", "huffman", "rans", "sparse")
LAST = ("canonical", "conformance", "history", "vectors/README", "vectors/hostile-inputs")
LABEL = r"[a-z][a-z0-9_]*\.[a-z0-9-]+"
STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --link: #06c; }
@media (prefers-color-scheme: dark) { :root { --link: #6af; } }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
nav { position: fixed; inset: 0 auto 0 0; width: 17rem; overflow: auto; padding: 1rem; box-sizing: border-box;
  border-right: 1px solid var(--line); font-size: 14px; }
nav ul { list-style: none; margin: 0; padding-left: .8rem; } nav > ul { padding: 0; } nav > ul > li { margin-top: .5rem; }
main { margin-left: 17rem; padding: 1rem 2.5rem 6rem; max-width: 58rem; }
h1 { margin-top: 4rem; border-bottom: 2px solid var(--line); } h1:first-child { margin-top: 0; }
table { border-collapse: collapse; display: block; overflow-x: auto; font-size: 15px; margin: 1rem 0; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top; }
th { background: var(--soft); } tr:target, :target { background: #fd06; }
code { font: 14px ui-monospace, monospace; background: var(--soft); padding: 0 .2em; border-radius: 3px; }
pre { background: var(--soft); padding: .8rem 1rem; overflow-x: auto; border-radius: 5px; } pre code { background: none; padding: 0; }
.label { font: 600 14px ui-monospace, monospace; }
@media (max-width: 60rem) { nav { position: static; width: auto; border: 0; } main { margin: 0; padding: 1rem; } }
@media print { nav { display: none; } main { margin: 0; } }
"""


def slug(text):
    """The anchor of a heading, as in GitHub's pages."""
    return re.sub(r"[^\w\- ]", "", text.lower().replace("`", "")).replace(" ", "-")


class Page:
    """All documents, one after another."""

    def __init__(self, folder):
        self.folder = folder
        encodings = re.findall(r"^\| \d+ \| `(\w+)` \| \[defined\]", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
        names = [*CHAPTERS, *(f"encodings/{name}" for name in encodings), *LAST]
        forgotten = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.md")} - {*names}
        if forgotten:
            sys.exit(f"documents of no chapter: {', '.join(sorted(forgotten))}")
        self.texts = {name: (folder / f"{name}.md").read_text(encoding="utf-8") for name in names}
        self.labels = set(re.findall(rf"\*\*\[({LABEL})\]\*\*", "".join(self.texts.values())))
        self.contents = []

    def anchor(self, target):
        """Where a link from the document at hand leads: inside the page if it is a document of it."""
        path, _, part = target.partition("#")
        if "://" in path:
            return target
        name = self.name if not path else self._name(path)
        return f"#{name}" + (f"--{part}" if part else "") if name in self.texts else None

    def _name(self, path):
        found = (self.folder / self.name).parent.joinpath(path).resolve()
        return found.with_suffix("").relative_to(self.folder).as_posix() if found.is_relative_to(self.folder) else path

    def inline(self, text):
        """The mark-up inside a paragraph."""
        codes = []

        def keep(match):
            codes.append(f"<code>{html.escape(match[1])}</code>")
            return f"\0{len(codes) - 1}\0"

        def link(match):
            anchor = self.anchor(match[2])
            return f'<a href="{anchor}">{match[1]}</a>' if anchor else match[1]

        text = re.sub(r"`([^`]+)`", keep, text)
        text = re.sub(r'<a name="([^"]+)"></a>', lambda m: f"\1{m[1]}\1", text)
        text = html.escape(text, quote=False)
        text = re.sub("\1(.+?)\1", lambda m: f'<a id="{self.name}--{m[1]}"></a>', text)
        text = re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", link, text)
        text = re.sub(rf"\*\*\[({LABEL})\]\*\*", r'<a class="label" id="\1" href="#\1">[\1]</a>', text)
        text = re.sub(rf'(?<!">)\[({LABEL})\]', lambda m: f'<a class="label" href="#{m[1]}">[{m[1]}]</a>'
                      if m[1] in self.labels else m[0], text)
        text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)
        text = re.sub(r"(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])", r"<em>\1</em>", text)
        return re.sub("\0(\\d+)\0", lambda m: codes[int(m[1])], text)

    def heading(self, line):
        """A heading, noted in the contents."""
        marks, text = line.split(" ", 1)
        level = len(marks)
        anchor = self.name if level == 1 else f"{self.name}--{slug(text)}"
        if level <= 2:
            self.contents.append((level, anchor, self.inline(text)))
        return f'<h{level} id="{anchor}">{self.inline(text)}</h{level}>'

    def table(self, rows):
        """A table; the second row only parts its head from the rest."""
        cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))] for row in rows]
        head = "".join(f"<th>{self.inline(cell)}</th>" for cell in cells[0]) if any(cells[0]) else ""
        body = ("<tr>" + "".join(f"<td>{self.inline(cell)}</td>" for cell in row) + "</tr>" for row in cells[2:])
        return "<table>" + (f"<tr>{head}</tr>" if head else "") + "\n".join(body) + "</table>"

    def list(self, lines):
        """A list of items that may go on in deeper lines, with lists inside."""
        items = []
        for line in lines:
            if line.startswith("* ") or re.match(r"\d+\. ", line):
                items.append([line.split(" ", 1)[1]])
            else:
                items[-1].append(re.sub(r"^ {1,3}", "", line))
        tag = "ul" if lines[0].startswith("*") else "ol"
        return f"<{tag}>" + "".join(f"<li>{self.item(item)}</li>" for item in items) + f"</{tag}>"

    def item(self, lines):
        """The text of an item and the list inside it."""
        inner = next((i for i, line in enumerate(lines) if i and line.startswith("* ")), len(lines))
        return self.inline(" ".join(lines[:inner])) + (self.list(lines[inner:]) if inner < len(lines) else "")

    def blocks(self, text):
        """Paragraphs, lists, tables and examples of one document."""
        lines, at = text.split("\n"), 0
        while at < len(lines):
            line, begin = lines[at], at
            if not line.strip():
                at += 1
            elif line.startswith("```"):
                at = lines.index("```", at + 1) + 1
                yield f"<pre><code>{html.escape(chr(10).join(lines[begin + 1:at - 1]))}</code></pre>"
            elif line.startswith("#"):
                at += 1
                yield self.heading(line)
            elif line.startswith("    "):
                at = self._until(lines, at, lambda l: l.startswith("    ") or not l.strip())
                code = "\n".join(l[4:] for l in lines[begin:at]).rstrip()
                yield f"<pre><code>{html.escape(code)}</code></pre>"
            elif line.startswith("|"):
                at = self._until(lines, at, lambda l: l.startswith("|"))
                yield self.table(lines[begin:at])
            elif line.startswith("* ") or re.match(r"\d+\. ", line):
                at = self._until(lines, at, lambda l: l.strip() and not l.startswith(("#", "|", "```")))
                yield self.list(lines[begin:at])
            else:
                at = self._until(lines, at, lambda l: l.strip() and not l.startswith(("#", "|", "```", "* ")))
                yield f"<p>{self.inline(' '.join(lines[begin:at]))}</p>"

    @staticmethod
    def _until(lines, at, inside):
        while at < len(lines) and inside(lines[at]):
            at += 1
        return at

    def make(self):
        """The page."""
        body = []
        for self.name, text in self.texts.items():
            body += self.blocks(text)
        nav, depth = [], 0
        for level, anchor, text in self.contents:
            nav.append("<ul>" * (level - depth) + "</ul>" * (depth - level) + f'<li><a href="#{anchor}">{text}</a></li>')
            depth = level
        return ("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>The Pondus format</title>"
                "<meta name=\"viewport\" content=\"width=device-width\">"
                f"<style>{STYLE}</style></head><body><nav>{''.join(nav)}{'</ul>' * depth}</nav>\n<main>\n"
                + "\n".join(body) + "\n</main></body></html>\n")


def broken_links(page):
    """Links inside the page that lead nowhere."""
    anchors = set(re.findall(r' id="([^"]+)"', page))
    return sorted(set(re.findall(r'href="#([^"]+)"', page)) - anchors)


if __name__ == "__main__":
    page = Page(Path(sys.argv[1]).resolve())
    made = page.make()
    Path(sys.argv[2]).write_text(made, encoding="utf-8")
    if len(sys.argv) > 3:
        sources = " ".join(f"{page.folder / name}.md" for name in page.texts)
        Path(sys.argv[3]).write_text(f"{Path(sys.argv[2]).name}: {sources}\n", encoding="utf-8")
    missing = broken_links(made)
    if missing:
        sys.exit(f"links that lead nowhere: {', '.join(missing)}")
