"""Admins of a stage, and tokens with which they call its API."""

import contextlib
import getpass
import json
import os
import secrets
import sys
from pathlib import Path

from stacktool import people
from stacktool.console import Problem, note

from .account import Account
from .stage import Stage

PASSWORD_VARIABLE = "ADMIN_PASSWORD"


def _passwords(stage: Stage) -> Path:
    return stage.folder / "passwords.json"


def make(account: Account, stage: Stage, pool: str, email: str, is_new_password: bool = False) -> None:
    """Puts somebody into the admin group. Who has no account yet gets one, with a password that only you can read; whoever has
    one keeps theirs, unless a new one is asked for."""
    cognito = account.client("cognito-idp")
    try:
        cognito.admin_create_user(UserPoolId=pool, Username=email, MessageAction="SUPPRESS", UserAttributes=[
            {"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}])
    except cognito.exceptions.UsernameExistsException:
        if is_new_password:
            _give_password(cognito, stage, pool, email)
            note(f"{email} has a new password; it is in {_passwords(stage)}, for you alone")
        else:
            note(f"{email} has an account already and keeps its password")
    else:
        _give_password(cognito, stage, pool, email)
        note(f"{email} has an account now; its password is in {_passwords(stage)}, for you alone")
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=people.ADMIN_GROUP)


def _give_password(cognito, stage: Stage, pool: str, email: str) -> None:
    password = f"Aa1{secrets.token_urlsafe(24)}"
    cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
    _keep(stage, email, password)


def _keep(stage: Stage, email: str, password: str) -> None:
    file = _passwords(stage)
    known = _known(stage) | {email: password}
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        json.dump(known, opened, indent=2)


def _known(stage: Stage) -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError):
        return json.loads(_passwords(stage).read_text())
    return {}


def token(account: Account, stage: Stage, outputs: dict[str, str], email: str, may_ask: bool = True) -> str:
    """An ID token, with the password that was made here, or the one that is given."""
    password = os.environ.get(PASSWORD_VARIABLE) or _known(stage).get(email)
    if password is None and may_ask and sys.stdin.isatty():
        password = getpass.getpass(f"The password of {email}: ")
    if not password:
        raise Problem(f"The password of {email} is not known here. Set {PASSWORD_VARIABLE} to it and try again, or give them "
                      f"a new one with `infra/deploy {stage.name} admin {email} --new-password`.")
    cognito = account.client("cognito-idp")
    try:
        answer = cognito.admin_initiate_auth(
            UserPoolId=outputs["UserPoolId"], ClientId=outputs["UserPoolClientId"], AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password})
    except cognito.exceptions.ClientError as error:
        raise Problem(f"{email} cannot sign in: {error}. If the password was changed, set {PASSWORD_VARIABLE} to it.") from None
    if "AuthenticationResult" not in answer:
        raise Problem(f"{email} has to answer a challenge ({answer.get('ChallengeName')}) to sign in. Sign in with the app, "
                      "and use the ID token that it gets.")
    return answer["AuthenticationResult"]["IdToken"]
