"""The API for scripts, `/api/v1/`: the same components and the same validation as the pages, with tokens and problem details.

application   the API, put together                   urls          its addresses, and what holds for all of them
edits         operations on edits                     pictures      the pictures of an edit
account       models, prices, limits                  schemas       what an answer contains
tokens        who asks, and how often                 problems      errors as problem details
idempotency   the same key is the same edit           waiting       answers that wait for an edit to end
openapi       the description, made from the code     reference     the page that shows it
"""
