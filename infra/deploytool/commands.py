"""What each command does."""

import argparse
from pathlib import Path

import botocore.exceptions
from samcli.yamlhelper import yaml_parse
from stacktool import api, build, cohorts, emulator, packages
from stacktool import parameters as declared
from stacktool.console import Problem, note, step

from . import address, admins, indexes, kept, programs, questions, records, smoke, stacks, values
from .account import Account, refused
from .first import template
from .stage import SECRET, Stage


def run(stage: Stage, arguments: argparse.Namespace) -> None:
    """Runs the command that was asked for. What AWS refuses is told in a sentence with the next step."""
    try:
        _run(stage, Account(stage.region, arguments.endpoint), arguments)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        raise Problem(refused(error)) from None


def _run(stage: Stage, account: Account, arguments: argparse.Namespace) -> None:
    number = account.number()
    if arguments.command in ("up", "check"):
        up(stage, account, number, arguments)
        return
    if arguments.command == "rollback":
        rollback(account, stage)
        return
    outputs = stacks.outputs(account, stage)
    if arguments.command == "smoke":
        smoke.run(account, stage, yaml_parse(stacks.original(account, stage)))
    elif arguments.command == "admin":
        admins.make(account, stage, outputs["UserPoolId"], arguments.subject, arguments.new_password)
    elif arguments.command == "token":
        print(admins.token(account, stage, outputs, arguments.subject or stage.admin))
    elif arguments.command == "enable":
        people = cohorts.read(Path(arguments.subject))
        cohorts.let_in(api.Api(address.of(outputs), admins.token(account, stage, outputs, stage.admin)), people)


def up(stage: Stage, account: Account, number: str, arguments: argparse.Namespace) -> None:
    """From the sources to a stage that answers. With the command `check`, nothing is built for it or deployed."""
    text = template(arguments).read_text()
    given = values.of(stage, declared.read(text))
    if arguments.debug_programs:
        given["Architecture"] = build.architecture()
    else:
        programs.require_tools(given["Architecture"])
    values.require_startable(given, programs.check_settings(), stage)
    note(f"settings are fine; {stage.name} is account {number}, {account.region}")
    if arguments.command == "check":
        return
    wanted = yaml_parse(text)
    is_deployed = stacks.ready(account, stage)
    indexes.require_changeable(account, stage, wanted)
    secret = _secret(account, stage)
    built = programs.debug() if arguments.debug_programs else programs.release(stage, given["Architecture"])
    programs.verify(built, given["Architecture"], is_release=not arguments.debug_programs)
    is_there = kept.take_back(account, stage, wanted, given, is_deployed) or is_deployed
    file = stage.folder / "template.yaml"
    folder = None if arguments.debug_programs else stage.folder / "packages"
    file.write_text(packages.template(packages.pack(built, folder), text))
    _deploy(account, stage, file, given, secret, is_there)
    smoke.run(account, stage, wanted)
    _tell(account, stage, _again(arguments, "token"))


def _secret(account: Account, stage: Stage) -> dict[str, str]:
    """The Claude key, where one is given; it has to be where the stack has none that could stay, as after an import."""
    key = questions.claude_key(stacks.keeps(account, stage, SECRET))
    return {SECRET: key} if key else {}


def _deploy(account: Account, stage: Stage, file: Path, given: dict[str, str], secret: dict[str, str], is_there: bool) -> None:
    """Deploys and records it. A first creation that fails has to be undone, which protected tables do not allow: they are
    protected right after it."""
    first = given if is_there else given | {"DeletionProtection": "false"}
    with step(f"Deploying {stage.stack}"):
        stacks.sam_deploy(account, stage, file, first | secret)
    if first != given:
        with step("Protecting tables and user pool"):
            stacks.sam_deploy(account, stage, file, given)
    _fill_gaps(account, stage, given)
    records.add(account, stage, given)


def _fill_gaps(account: Account, stage: Stage, given: dict[str, str]) -> None:
    if account.endpoint:
        emulator.fill_gaps(account.endpoint, stage.stack, given)


def _tell(account: Account, stage: Stage, token_command: str) -> None:
    """Makes the first admin, asks the API something as them, and shows how that is done."""
    outputs = stacks.outputs(account, stage)
    admins.make(account, stage, outputs["UserPoolId"], stage.admin)
    address_now = address.of(outputs)
    if address_now != outputs["ApiUrl"]:
        note(f"{outputs['ApiUrl']} does not answer yet; it needs a DNS record (CNAME or alias) of its host that leads to "
             f"{outputs['ApiDomainTarget']}")
    url = f"{address_now}/v1/admin/report"
    curl = f'curl -H "Authorization: Bearer $({token_command})" {url}'
    try:
        token = admins.token(account, stage, outputs, stage.admin, may_ask=False)
    except Problem as problem:
        note(str(problem))
    else:
        answer = api.Api(address_now, token).get("/v1/admin/report")
        if answer.status != 200:
            raise Problem(f"The API answers the admin with {answer.status}: {answer.text}. `infra/deploy {stage.name} smoke` tries "
                          "each function; their logs tell more.")
    print(f"{stage.name} is deployed: {address_now}\nTry: {curl}")


def rollback(account: Account, stage: Stage) -> None:
    """Goes back to the deployment before the one in force: its template, its programs and its parameters. Data stay."""
    if not stacks.ready(account, stage):
        raise Problem(f"The stage {stage.name} is not deployed, so there is nothing to go back from.")
    record = records.before(account, stage)
    earlier = yaml_parse(record.template)
    indexes.require_changeable(account, stage, earlier)
    secret = _secret(account, stage)
    file = stage.folder / "rollback.yaml"
    file.write_text(record.template)
    kept.take_back(account, stage, earlier, record.values, is_deployed=True)
    with step(f"Going back to {record.id}"):
        stacks.sam_deploy(account, stage, file, record.values | secret)
    _fill_gaps(account, stage, record.values)
    records.put_in_force(account, stage, record.id)
    smoke.run(account, stage, earlier)
    print(f"{stage.name} is as it was deployed at {record.id}; what people have entered since stays")


def _again(arguments: argparse.Namespace, command: str) -> str:
    """The command line of another command for the same stage."""
    options = [("--file", arguments.file), ("--endpoint", arguments.endpoint)]
    return " ".join(["infra/deploy", arguments.stage, command, *(f"{name} {value}" for name, value in options if value)])
