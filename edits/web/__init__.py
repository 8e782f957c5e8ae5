"""The site as visitors see it: endpoints, forms and texts. Decisions are made in the components below.

urls              all URLs of the app                     views           the endpoints, by group of pages
accounts          signing in, second factors, sessions    model_choice    which model edits, and its inputs
middleware        around every request                    visitor         who a visitor is, behind proxies
forms             the form of an edit, and others         region_form     where a photo may change, in a form
uploads           reading an upload within its limits     upload_places   how many uploads at a time
user_messages     texts for failures, refusals, waits     waiting_messages  why a queued edit waits
progress          stage, percent and estimate             badges          what became of an edit, in a word
addresses         the URLs of an edit and its pictures    safe_next       where a form may lead to
history           the versions of a photo, as a tree      comparison      what a picture is compared with
composer          where the next instruction is typed     money           amounts of USD
shown_once        secrets of which the server keeps nothing
"""
