"""Templates: every word translated, no scripts inside, no other hosts, nothing left over."""

import re

from . import tree

HAN = re.compile(r"[\u3400-\u9fff]")
COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.S)
BLOCK = re.compile(r"\{% blocktrans(?:late)?\b.*?\{% endblocktrans(?:late)? %\}", re.S)
TRANSLATE = re.compile(r"\{% trans(?:late)?\s.*?%\}", re.S)
CALL = re.compile(r"""_\((?:"[^"]*"|'[^']*')\)""")
TAG = re.compile(r"\{[%{].*?[%}]\}", re.S)
TO_MANY = re.compile(r"\.\w+_set\b|\.all\b|\.exists\b|\.objects\b|\.iterator\b")
# Django and the components look these up by name.
BY_CONVENTION = {"400.html", "403.html", "404.html", "500.html"}


def sources() -> list[tuple[str, str]]:
    return [
        (path.relative_to(tree.ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in tree.templates()
    ]


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def blank(pattern: re.Pattern[str], text: str) -> str:
    """Removes what matches but keeps the lines, so that positions still tell the line."""
    return pattern.sub(lambda match: "\n" * match.group().count("\n"), text)


def test_no_chinese_outside_translation_tags() -> None:
    wrong = []
    for name, text in sources():
        rest = text
        for pattern in (COMMENT, BLOCK, TRANSLATE, CALL):
            rest = blank(pattern, rest)
        for number, line in enumerate(rest.splitlines(), 1):
            if HAN.search(line):
                wrong.append(f"{name}:{number}: {line.strip()[:80]}")
    assert not wrong, "wrap these in {% translate %}:\n" + "\n".join(wrong)


def test_no_scripts_or_handlers_inside_pages() -> None:
    script = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>", re.I)
    handler = re.compile(r"<[^>]*\s(?:on[a-z]+|hx-on[:\w-]*)\s*=|javascript:", re.I)
    wrong = [
        f"{name}:{line_of(rest, match.start())}: {match.group()[:60]}"
        for name, text in sources()
        for rest in [blank(TAG, blank(COMMENT, text))]
        for pattern in (script, handler)
        for match in pattern.finditer(rest)
    ]
    assert not wrong, "the content security policy blocks these:\n" + "\n".join(wrong)


def test_pages_and_assets_ask_no_other_host() -> None:
    outside = re.compile(
        r"""(?:src|srcset|action|data)\s*=\s*["']?(?:https?:)?//"""
        r"""|<link[^>]*href\s*=\s*["']?(?:https?:)?//"""
        r"""|url\(\s*["']?(?:https?:)?//|@import\s+["'](?:https?:)?//"""
        r"""|(?:fetch|import)\(\s*["'`](?:https?:)?//""",
        re.I,
    )
    assets = [
        path
        for folder in tree.SOURCE.rglob("static")
        for path in folder.rglob("*")
        if path.suffix in {".css", ".js", ".svg"}
    ]
    files = sources() + [
        (path.relative_to(tree.ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in assets
    ]
    wrong = [
        f"{name}:{line_of(text, match.start())}: {match.group()}"
        for name, text in files
        for match in outside.finditer(text)
    ]
    assert not wrong, "\n".join(wrong)


def test_templates_do_not_walk_to_many_relations() -> None:
    wrong = [
        f"{name}:{line_of(text, tag.start())}: {tag.group()[:80]}"
        for name, text in sources()
        for tag in TAG.finditer(COMMENT.sub("", text))
        if TO_MANY.search(tag.group())
    ]
    assert not wrong, "lists come from queries (their rows are scoped there):\n" + "\n".join(wrong)


def test_every_template_is_used() -> None:
    text = "\n".join(body for _name, body in sources())
    python = "\n".join(module.path.read_text(encoding="utf-8") for module in tree.modules())
    unused = []
    for path in tree.templates():
        name = tree.template_name(path)
        if name in BY_CONVENTION:
            continue
        if name.startswith("cotton/"):
            dotted = name.removeprefix("cotton/").removesuffix(".html").replace("/", ".")
            dotted = dotted.removesuffix(".index")
            tags = {f"<c-{dotted}", f"<c-{dotted.replace('_', '-')}"}
            used = (
                any(re.search(rf"{re.escape(tag)}[\s/>]", text) for tag in tags) or name in python
            )
        else:
            used = f'"{name}' in text or f"'{name}" in text or name in python
        if not used:
            unused.append(path.relative_to(tree.ROOT).as_posix())
    assert not unused, "nothing renders these:\n" + "\n".join(unused)


def test_scripts_say_nothing_in_chinese() -> None:
    """Words come from the page (data attributes), where they are translated."""
    wrong = []
    for folder in tree.SOURCE.rglob("static"):
        for path in sorted(folder.rglob("*.js")):
            if "vendor" in path.parts:
                continue
            text = path.read_text(encoding="utf-8")
            code = re.sub(r"/\*.*?\*/|^\s*//.*?$", "", text, flags=re.S | re.M)
            if HAN.search(code):
                wrong.append(path.relative_to(tree.ROOT).as_posix())
    assert not wrong, f"move the words into the template: {wrong}"
