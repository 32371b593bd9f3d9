"""The work of script/messages: Chinese sentences are the keys, English lies beside each package.

Python files are read as syntax trees, templates through Django's own extractor, so no gettext
program is needed. The files carry no dates and no line numbers: they change only when words do.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "loushi"
STOREYS = ("foundation", "registry", "services", "casework", "overview")
# What only operators at a terminal read stays Chinese; tests and demo data are not for users.
SKIPPED = {"tests", "migrations", "factories.py", "cli"}

PLAIN = {"gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
METADATA = {
    "Project-Id-Version": "loushi",
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
LITERAL = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
EXTRACTED = re.compile(rf"\b(n?p?gettext)\(\s*((?:{LITERAL}\s*,?\s*)+)")
ATTRIBUTE = re.compile(rf"_\(({LITERAL})\)")
PLACEHOLDER = re.compile(r"%\((\w+)\)|%[sd]")

Key = tuple[str | None, str]


@dataclass
class Message:
    """One sentence: its context, its plural form, and the files that say it."""

    text: str
    plural: str = ""
    context: str | None = None
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return self.context, self.text


def packages() -> list[Path]:
    found = [SOURCE / "config", SOURCE / "demo"]
    for storey in STOREYS:
        found += [path.parent for path in (SOURCE / storey).glob("*/__init__.py")]
    return sorted(path for path in found if path.is_dir())


def collect(package: Path) -> dict[Key, Message]:
    found: dict[Key, Message] = {}
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if SKIPPED & set(inside.parts):
            continue
        if path.suffix == ".py":
            messages = from_python(path)
        elif "templates" in inside.parts and path.suffix in {".html", ".txt", ".xml"}:
            messages = from_template(path)
        else:
            continue
        for message in messages:
            if not message.text.strip():
                continue
            kept = found.setdefault(message.key, message)
            kept.plural = kept.plural or message.plural
            kept.files.add(inside.as_posix())
    return found


def from_python(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }
    # Modules may rename: `lazy = gettext_lazy`.
    names |= {
        target.id: names[node.value.id]
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name)
        if node.value.id in names
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            function = names.get(node.func.id, "")
        elif isinstance(node.func, ast.Attribute):
            function = node.func.attr
        else:
            continue
        if function not in PLAIN | PLURAL | CONTEXT | CONTEXT_PLURAL:
            continue
        texts = [_literal(argument, path) for argument in node.args]
        yield _message(function, texts, f"{path}:{node.lineno}")


def _literal(node: ast.expr, path: Path) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        raise SystemExit(f"{path}:{node.lineno}: no f-string in _(): use %(name)s placeholders")
    return ""


def _message(function: str, texts: list[str], where: str) -> Message:
    needed = {"gettext": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}
    base = function.removesuffix("_lazy").removesuffix("_noop")
    if len(texts) < needed[base]:
        raise SystemExit(f"{where}: {function} lacks arguments")
    if base == "gettext":
        return Message(texts[0])
    if base == "ngettext":
        return Message(texts[0], texts[1])
    if base == "pgettext":
        return Message(texts[1], context=texts[0])
    return Message(texts[1], texts[2], context=texts[0])


def from_template(path: Path) -> Iterator[Message]:
    from django.utils.translation.template import templatize

    source = path.read_text(encoding="utf-8")
    for match in EXTRACTED.finditer(templatize(source, origin=str(path))):
        texts = [ast.literal_eval(text) for text in re.findall(LITERAL, match.group(2))]
        yield _message(match.group(1), texts, str(path))
    # Attributes of components, which Django's extractor takes for plain HTML.
    for match in ATTRIBUTE.finditer(source):
        yield Message(ast.literal_eval(match.group(1)))


def catalogue(package: Path) -> tuple[Path, polib.POFile]:
    path = package / "locale" / "en" / "LC_MESSAGES" / "django.po"
    if path.is_file():
        return path, polib.pofile(str(path), wrapwidth=0)
    return path, polib.POFile(wrapwidth=0)


def rebuilt(old: polib.POFile, messages: dict[Key, Message], known: dict[Key, str]) -> polib.POFile:
    """A catalogue with exactly these messages, with the translations that exist already."""
    new = polib.POFile(wrapwidth=0)
    new.metadata = dict(METADATA)
    before = {(entry.msgctxt, entry.msgid): entry for entry in old if not entry.obsolete}
    for key, message in sorted(messages.items(), key=lambda item: (item[0][1], item[0][0] or "")):
        entry = polib.POEntry(msgid=message.text, msgctxt=message.context)
        entry.occurrences = [(name, "") for name in sorted(message.files)]
        if PLACEHOLDER.search(message.text):
            entry.flags = ["python-format"]
        kept = before.get(key)
        if message.plural:
            entry.msgid_plural = message.plural
            kept_plural = kept.msgstr_plural if kept else {}
            entry.msgstr_plural = {0: kept_plural.get(0, ""), 1: kept_plural.get(1, "")}
        else:
            entry.msgstr = (kept.msgstr if kept else "") or known.get(key, "")
        new.append(entry)
    return new


def problems(name: str, new: polib.POFile) -> Iterator[str]:
    for entry in new:
        given = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        shown = entry.msgid.replace("\n", "⏎")
        if not all(given):
            yield f"{name}: no English for: {shown}"
            continue
        wanted = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        for text in given:
            if set(PLACEHOLDER.findall(text)) - wanted:
                yield f"{name}: unknown placeholder in the English for: {shown}"
            if not entry.msgid_plural and wanted - set(PLACEHOLDER.findall(text)):
                yield f"{name}: a placeholder is lost in the English for: {shown}"


def conflicts(catalogues: dict[str, polib.POFile]) -> Iterator[str]:
    """All packages share one catalogue at run time, so one sentence has one translation."""
    first: dict[Key, tuple[str, str]] = {}
    for name, file in catalogues.items():
        for entry in file:
            if not entry.msgstr:
                continue
            other, text = first.setdefault((entry.msgctxt, entry.msgid), (name, entry.msgstr))
            if text != entry.msgstr:
                yield f"{name} and {other} translate differently: {entry.msgid}"


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    chosen = [argument.strip("/") for argument in arguments if argument != "--check"]
    folders = packages()
    names = [folder.relative_to(SOURCE).as_posix() for folder in folders]
    unknown = [name for name in chosen if name not in names]
    if unknown:
        print(f"messages: no package {unknown[0]!r}; there are: {', '.join(names)}")
        return 2
    olds = {folder: catalogue(folder) for folder in folders}
    known = {
        (entry.msgctxt, entry.msgid): entry.msgstr
        for _path, old in olds.values()
        for entry in old
        if entry.msgstr and not entry.obsolete
    }
    wrong: list[str] = []
    news: dict[str, polib.POFile] = {}
    for folder in folders:
        name = folder.relative_to(SOURCE).as_posix()
        if chosen and name not in chosen:
            continue
        path, old = olds[folder]
        messages = collect(folder)
        compiled = path.with_suffix(".mo")
        if not messages and not path.exists():
            continue
        new = news[name] = rebuilt(old, messages, known)
        if check:
            if _keys(old) != _keys(new):
                wrong.append(f"{name}: django.po is not up to date, run script/messages")
            elif not compiled.is_file() or compiled.read_bytes() != new.to_binary():
                wrong.append(f"{name}: django.mo is not up to date, run script/messages")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, str(new).encode() + b"\n")
            _write(compiled, new.to_binary())
        wrong += problems(name, new)
    wrong += conflicts(news)
    for line in wrong:
        print(line)
    total = sum(len(file) for file in news.values())
    print(f"{total} messages in {len(news)} packages, {len(wrong)} problems")
    return int(bool(wrong))


def _keys(file: polib.POFile) -> set[tuple[str | None, str, str]]:
    return {(one.msgctxt, one.msgid, one.msgid_plural) for one in file if not one.obsolete}


def _write(path: Path, content: bytes) -> None:
    if not path.is_file() or path.read_bytes() != content:
        path.write_bytes(content)


if __name__ == "__main__":
    from django.conf import settings

    settings.configure()
    sys.exit(main(sys.argv[1:]))
