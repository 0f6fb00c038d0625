"""The address of an account is the one that its person has verified at the user pool."""

import secrets

import pytest
from problems import assert_problem
from stacktool import aws
from stacktool.api import Api
from stacktool.journey import expect


@pytest.fixture
def moved(stack, new_email):
    """Gives a person another verified address in the user pool; returns it with an API under a new token."""

    def move(person) -> tuple[str, Api]:
        cognito = aws.client("cognito-idp", stack["aws_endpoint"])
        pool, email, password = stack["user_pool_id"], new_email(), f"Aa1{secrets.token_urlsafe(24)}"
        cognito.admin_update_user_attributes(UserPoolId=pool, Username=person.email, UserAttributes=[
            {"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}])
        username = cognito.list_users(UserPoolId=pool, Filter=f'email = "{email}"')["Users"][0]["Username"]
        cognito.admin_set_user_password(UserPoolId=pool, Username=username, Password=password, Permanent=True)
        answer = cognito.admin_initiate_auth(
            UserPoolId=pool, ClientId=stack["user_pool_client_id"], AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username, "PASSWORD": password})
        return email, Api(stack["api_url"], answer["AuthenticationResult"]["IdToken"])

    return move


def test_a_change_in_the_user_pool_is_followed(member, admin, moved):
    person = member()
    email, user = moved(person)
    assert expect(user.get("/v1/users/me"), "profile")["email"] == email
    gate = "/v1/admin/users/{}/consultation-access"
    expect(admin.put(gate.format(email.replace("@", "%40")), {"enabled": True}), "by the new address")
    assert_problem(admin.put(gate.format(person.email.replace("@", "%40")), {"enabled": True}), 404)
