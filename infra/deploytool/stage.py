"""A stage: one deployment beside others. What is known of it stands in one file, which belongs beside the sources."""

import dataclasses
import json
import re
import tomllib
from pathlib import Path

from stacktool import paths
from stacktool.console import Problem

FOLDER = paths.ROOT / "infra" / "stages"
# As the template's parameter Stage has it.
_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
# The parameter that stands in no file.
SECRET = "AnthropicApiKey"


def refuses_region(value: str) -> str | None:
    """What a region is instead, if this is none."""
    return None if re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", value) else "a region of AWS, such as eu-central-1"


def refuses_address(value: str) -> str | None:
    """What an address is instead, if this is none."""
    return None if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) else "an email address"


@dataclasses.dataclass
class Stage:
    """A stage's name, where it is deployed to, who is its first admin, and the parameters that differ from the template's."""

    name: str
    file: Path
    region: str | None = None
    admin: str | None = None
    parameters: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def stack(self) -> str:
        """The name of its stack, and the beginning of the names of all that is in it."""
        return f"sharpened-{self.name}"

    @property
    def folder(self) -> Path:
        """Where its programs and logs are."""
        folder = paths.TARGET / "deploy" / self.name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def save(self) -> None:
        """Writes what is known into its file."""
        known = {"region": self.region, "admin": self.admin}
        lines = [f"# The stage {self.name}: where it is, who is its first admin, and each parameter of template.yaml that it sets.",
                 "# Every other parameter has the template's default at every deployment. The Claude key is not kept here.",
                 *(f"{name} = {json.dumps(value)}" for name, value in known.items() if value is not None),
                 "", "[parameters]",
                 *(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in self.parameters.items())]
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text("\n".join(lines) + "\n")


def load(name: str, file: Path | None = None) -> Stage:
    """The stage of that name, with what its file says, if there is one."""
    if not _NAME.fullmatch(name):
        raise Problem(f"{name} cannot be the name of a stage. It takes up to 20 small letters, digits and hyphens, and begins "
                      "with a letter.")
    file = file or FOLDER / f"{name}.toml"
    if not file.exists():
        return Stage(name, file)
    try:
        read = tomllib.loads(file.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Problem(f"{file} cannot be read: {error}. Mend it and try again.") from None
    parameters = read.pop("parameters", {})
    if unknown := read.keys() - {"region", "admin"}:
        raise Problem(f"{file} says {', '.join(sorted(unknown))}, which means nothing. It takes region, admin, and the "
                      "parameters of template.yaml below [parameters].")
    if not isinstance(parameters, dict) or any(isinstance(value, dict | list) for value in parameters.values()):
        raise Problem(f"{file} has to set each parameter to one value, below [parameters]. Mend it and try again.")
    if SECRET in parameters:
        raise Problem(f"{file} holds the Claude key, which others can read there. Take it out, make a new key, and give that "
                      "as ANTHROPIC_API_KEY or when you are asked.")
    known = {key: _text(value) for key, value in read.items()}
    for key, refuses in (("region", refuses_region), ("admin", refuses_address)):
        if key in known and (takes := refuses(known[key])):
            raise Problem(f"{file} says {key} = {json.dumps(known[key])}, but it takes {takes}. Mend it and try again.")
    return Stage(name, file, **known, parameters={key: _text(value) for key, value in parameters.items()})


def _text(value: object) -> str:
    """A value as CloudFormation takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
