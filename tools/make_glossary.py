"""Write docs/glossary.md from the glossary of the pages: `python -m tools.make_glossary`."""

from mnistviz.core.assets import PROJECT
from mnistviz.ui.shared.words.glossary import as_markdown

TARGET = PROJECT / "docs" / "glossary.md"

if __name__ == "__main__":
    TARGET.write_text(as_markdown(), encoding="utf-8")
    print(TARGET)
