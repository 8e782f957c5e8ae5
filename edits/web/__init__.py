"""The site as visitors see it: endpoints, forms and texts. Decisions are made in the components below.

urls            all URLs of the app                     views             the endpoints, by group of pages
accounts        signing in, second factors, sessions    model_choice      which model edits, and its inputs
forms           the form of an edit, and others         uploads           reading an upload within its limits
upload_places   how many uploads at a time              visitor           who a visitor is, behind proxies
user_messages   texts for failures, refusals, waits     progress          stage, percent and estimate
waiting_messages  why a queued edit waits               money             amounts of USD
own_next        where a form may lead to                health_probes     health checks under any host name
nul_bytes       NUL in URLs and queries                 request_ids       request ids, and the access log
addresses       the URLs of an edit and its pictures    shown_once        secrets of which the server keeps nothing
history         the versions of a photo, as a tree      comparison        what a picture is compared with
composer        where the next instruction is typed     badges            what became of an edit, in a word
region_form     where a photo may change, in a form     compression       HTML pages, compressed
"""
