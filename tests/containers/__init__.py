"""The site in containers, tried for real: `make containers`. Not part of `make test`, since it needs root and a Docker engine.

engine          a Docker engine of its own, in a temporary folder
base_images     what a registry would provide, made from Debian's packages, since none may be reachable
document        the commands of docs/deploy.md, which are run as they stand there
versions        a repository with the version before and this one, to clone and to upgrade from
site            one site: its folder, its settings, its visitors
books           a Wiro outside the containers that counts what was paid for and what arrived
scenarios       what is done to the site, one function each
upgrades        from the version before to this one, and back
test_document   that each command of the document is run here
"""
