"""Whether and when a job may go on: everything that holds a call to Wiro back.

admission         may this edit be submitted now?         circuit_breaker   when nobody may
fair_queue        whose turn it is                        rate_limiter      how often Wiro is asked
storage_health    can results be stored?
"""
