"""The pages of a person's own account.

overview        what the site stores, and deleting the account
email_address   giving, changing and confirming it
export          everything that the site stores about the user
mail_choices    which emails the user wants
password        changing the password
password_reset  a new password by mail
sessions        where the user is signed in, and ending sessions
single_sign_on  signing in with an OpenID Connect provider
"""
