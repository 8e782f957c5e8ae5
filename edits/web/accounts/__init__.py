"""The web side of accounts, around django-allauth. The pages are in `views/account/`.

adapter           what django-allauth asks of this site       social_adapter   signing in with an OpenID Connect provider
sign_in_limits    lockout after wrong passwords               reauthentication  asking again who it is
second_factor     codes, counted                              sessions         where somebody is signed in
proxy_sign_in     signing in by a proxy's header              urls             the addresses below accounts/
two_factor_urls   the addresses of second factors         two_factor_guards  what holds before their views
"""
