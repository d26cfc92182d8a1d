# %% right: the application's limit
def limited():
    return Application(max_rate=5)


# %% right: the limit, and pages of every origin
def limited():
    return Application(origins="*", max_rate=5.0)


# %% wrong: no limit
def limited():
    return Application()


# %% wrong: the size of a message is another limit
def limited():
    return Application(max_size=5)


# %% wrong: more than five
def limited():
    return Application(max_rate=30)


# %% wrong: less than five
def limited():
    return Application(max_rate=2)
