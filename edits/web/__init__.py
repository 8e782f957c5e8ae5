"""The site as visitors see it: endpoints, forms and texts. Decisions are made in the components below.

urls            all URLs of the app                     views           the endpoints, by group of pages
forms           the form of an edit, and others         uploads         reading an upload within its limits
upload_places   how many uploads at a time              visitor         who a visitor is, behind proxies
sign_in_limits  lockout after wrong passwords           health_probes   health checks under any host name
user_messages   texts for failures, refusals, waits     progress        stage, percent and estimate
money           amounts of USD                          own_next        where a form may lead to
nul_bytes       NUL in URLs and queries                 request_ids     request ids, and the access log
addresses       the URLs of an edit and its pictures    shown_once      secrets of which the server keeps nothing
history         the versions of a photo, as a tree      comparison      what a picture is compared with
composer        where the next instruction is typed     badges          what became of an edit, in a word
region_form     where a photo may change, in a form   compression     HTML pages, compressed
model_form      which models a form asks for            model_fields    their inputs, as fields of the form
model_facts     model and inputs of an edit, in words   waiting_messages  why a queued edit waits
model_choices   the models, with price and time         account_urls    the URLs of accounts
account_adapter  what django-allauth asks of this site   reauthentication  asking again who it is
social_adapter  signing in with an OpenID Connect provider
second_factor   codes, counted                          two_factor_urls  the URLs of second factors
sessions        where somebody is signed in             proxy_sign_in  signing in by a proxy's header
"""
