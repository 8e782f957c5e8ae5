"""Whether and when a job may proceed: everything that can hold back a call to Wiro.

admission         may this edit be submitted now?         circuit_breaker   when no edit may
fair_queue        whose turn it is                        rate_limiter      how often Wiro is asked
storage_health    can results be stored?                  pause             a person stopped all submitting
spending          what today's Runs cost, and whether the cap allows one more
"""
