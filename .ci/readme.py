"""README.md as a package index shows it: there, links and pictures need whole addresses."""

import re
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


def absolute(root, source):
    """The README in the folder `root`, its links to files there as addresses under `source`, pictures raw."""

    def whole(found):
        kind = "raw" if found[0].endswith((".png", ".gif")) else "blob"
        return f"{source}/{kind}/HEAD/{found[0]}" if Path(root, found[0]).is_file() else found[0]

    return re.sub(r"(?<=\]\()[^()\s]+(?=\))", whole, Path(root, "README.md").read_text(encoding="utf-8"))


class CustomMetadataHook(MetadataHookInterface):
    def update(self, metadata):
        text = absolute(self.root, metadata["urls"]["Source"])
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
