"""People in the local user pool."""

import secrets

from . import aws
from .console import Problem

ADMIN_GROUP = "admin"
# The admin that the stack itself acts as.
ADMIN = "admin@example.com"


def token(stack: dict, email: str, admin: bool = False) -> str:
    """An ID token for that address. The person is created if needed and gets a new password that nobody keeps."""
    cognito = aws.client("cognito-idp", stack["aws_endpoint"])
    pool = stack["user_pool_id"]
    try:
        cognito.admin_create_user(UserPoolId=pool, Username=email, MessageAction="SUPPRESS", UserAttributes=[
            {"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}])
    except cognito.exceptions.UsernameExistsException:
        pass
    password = f"Aa1{secrets.token_urlsafe(24)}"
    cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
    if admin:
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=ADMIN_GROUP)
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool, ClientId=stack["user_pool_client_id"], AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password})
    return answer["AuthenticationResult"]["IdToken"]


def user_id(stack: dict, person: str) -> str:
    """The id of a person, whom their id or their email address names. Addresses stand in the user pool alone."""
    if "@" not in person:
        return person
    cognito = aws.client("cognito-idp", stack["aws_endpoint"])
    try:
        user = cognito.admin_get_user(UserPoolId=stack["user_pool_id"], Username=person)
    except cognito.exceptions.UserNotFoundException:
        raise Problem(f"Nobody in the local user pool has the address {person}. Look whether it is spelled right.") from None
    return next(each["Value"] for each in user["UserAttributes"] if each["Name"] == "sub")
