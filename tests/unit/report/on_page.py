"""What a page says, as a browser would hand it over."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = {"meta", "input", "br", "img", "link"}


@dataclass
class Number:
    """An element that holds a number of a published column."""

    columns: list[str]
    computed: str | None
    value: str
    text: str = ""


@dataclass
class Page(HTMLParser):
    """Numbers, text and scripts of a page."""

    html: str
    numbers: list[Number] = field(default_factory=list)
    text: str = ""
    scripts: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self._open, self._script = [], None
        self.feed(self.html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append(tag)
        if tag not in EMPTY:
            self._open.append(tag)
        if "data-column" in given:
            value = given.get("value") or given["datetime"]
            columns = given["data-column"].split()
            self.numbers.append(Number(columns, given.get("data-computed"), value))
        if tag == "script":
            self._script = given.get("id", "")

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open[-1:] == ["script"]:
            self.scripts[self._script] = data
        elif self._open[-1:] != ["style"]:
            self.text += data + " "
            if self._open[-1:] in (["data"], ["time"]):
                self.numbers[-1].text += data
