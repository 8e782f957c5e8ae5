"""What one step does with an edit, called by the engine, and what the steps share.

submit            queued → running, the paid step         sent_picture      the photo, or a region's crop
poll              running → its end                       reconcile         unconfirmed → found at Wiro, or not
fetch             fetching → succeeded                    result_recovery   paid results that weren't stored
provider_cleanup  Wiro's copies are deleted               uncommitted_photo  files whose row is not saved yet
compositing       the painted region, put into the photo  change_map        what an edit changed
twin              one more edit for one order            quiet_poll        polls without news, saved together
task_listing      Wiro's list, read back to a given time  task_match        which task belongs to which attempt
task_detail       one attempt's task, as Wiro has it now
"""
