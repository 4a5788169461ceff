"""Benchmarks, measured from outside; not part of the product. docs/performance.md explains the figures.

    | command | what it measures |
    |---|---|
    | `make bench` | the product beside a bare API, a bare SQL function and a bare broadcast |
    | `python -m benchmarks.holds` | only the holds of these |
    | `python -m benchmarks.viewers` | only the live feed |
    | `python -m benchmarks.sellout` | an event sold out, one request per seat; proves that each seat was sold once |
    | `python -m benchmarks.waiting` | a waiting room with 100,000 people |
    | `python -m benchmarks.flash` | a flash sale through the waiting room, also with Redis killed or writes refused |
    | `python -m benchmarks.sales_report` | the seller's report and its live frame, 50,000 seats, 100,000 changes |
    | `python -m benchmarks.plans` | events on a seating plan beside events of rows × cols seats |
    | `python -m benchmarks.growth` | holds with 1,000, 50,000 and 1,000,000 tickets in the database |
    | `python -m benchmarks.scaling` | one web process, then two, and the cost of each part of the product |
    | `python -m benchmarks.startup` | `make run` until it is ready |
    | `python -m benchmarks.partitions` | layouts of the tickets' table |
    | `python -m benchmarks.one_way` | the same handlers on the fast path and behind the REST framework |

Each subject is a file of functions that return {name with its unit: figure}. `command` runs them in rounds, `report`
keeps medians and samples, and `goals` says which figures are good enough.
"""
