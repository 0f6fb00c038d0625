"""The value of every parameter at a deployment.

All of them are given each time: CloudFormation keeps what it was given once, so that a default which changes with the
template, such as a model or its prices, would never arrive otherwise.
"""

import difflib
from pathlib import Path

from stacktool import build, startable
from stacktool.console import Problem
from stacktool.parameters import Parameter

from .stage import Stage


def of(stage: Stage, parameters: dict[str, Parameter]) -> dict[str, str]:
    """The template's defaults, what the stage's file says instead, and what is known here. The key is not among them."""
    for name in stage.parameters.keys() - parameters.keys():
        close = difflib.get_close_matches(name, parameters, n=1)
        raise Problem(f"{stage.file} sets {name}, which is no parameter of template.yaml."
                      + (f" Is {close[0]} meant?" if close else " Take it out and try again."))
    defaults = {name: parameter.default for name, parameter in parameters.items() if parameter.default is not None}
    return defaults | {"Build": build.commit()} | stage.parameters | {"Stage": stage.name}


def require_allowed(values: dict[str, str], parameters: dict[str, Parameter], stage: Stage) -> None:
    """Names every value that the template does not take, with what it takes."""
    refused = [f"{name} is {value}, but it takes {takes}." for name, value in values.items()
               if (takes := parameters[name].refuses(value))]
    if values["ApiDomainName"] and not values["ApiCertificateArn"]:
        refused.append("ApiDomainName needs ApiCertificateArn, a certificate of ACM for that domain in this region.")
    # arn:aws:acm:<region>:<account>:certificate/<id>
    if (region := f"{values['ApiCertificateArn']}:::".split(":")[3]) not in ("", stage.region):
        refused.append(f"ApiCertificateArn is a certificate in {region}, but it has to be in the stage's region, {stage.region}.")
    if values["MailSenderIdentity"] and not values["MailSender"]:
        refused.append("MailSenderIdentity is of use only with MailSender.")
    if refused:
        raise Problem("\n".join([*refused, f"Mend {stage.file} and try again; nothing was deployed."]))


def require_startable(values: dict[str, str], checker: Path, stage: Stage) -> None:
    """Names what the functions would refuse when they start, rules across settings among it."""
    if refused := startable.refused(checker, values):
        raise Problem(f"{refused}Mend {stage.file} and try again; nothing was deployed.")
