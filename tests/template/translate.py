"""Translate a template as CloudFormation would; the SAM CLI's own Python runs this.

Arguments: the template. Standard output: plain CloudFormation.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from samtranslator.parser.parser import Parser  # type: ignore[import-not-found]
from samtranslator.translator.translator import Translator  # type: ignore[import-not-found]
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-not-found]


def main(path: str) -> None:
    """Translate a template, its packages already uploaded."""
    template = yaml_parse(Path(path).read_text(encoding="utf-8"))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": "packages", "Key": "package.zip"}
    json.dump(Translator({}, Parser()).translate(template, {}), sys.stdout)


main(sys.argv[1])
