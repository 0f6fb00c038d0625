"""People in the local user pool."""

import secrets

from . import aws

ADMIN_GROUP = "admin"


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
