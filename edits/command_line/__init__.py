"""The command line for people, `reword edit` and `reword models`: it reaches sites through their API, and Wiro through
`edits.wiro`.

It imports neither Django nor any other part of the program, and can be used on machines that have no site.

program      the commands, from arguments to exit code      options      what a command takes, and its help
site_api     a client for the API of a site                 way          what both ways to a result share
site_edits   edits through a site                           wiro_edits   edits directly through Wiro
journal      what was sent to Wiro, on disk                 task_search  the task of a Run whose answer was lost
running      many photos at a time, and stopping            patience     time that is left, and being told to stop
outputs      which file a result goes to, and writing it    pictures     photos as sent, results as named
agreement    the price, and who agreed to it                reporting    progress, lines, JSON
outcomes     what can become of a photo, exit codes         model_list   models with prices
"""
