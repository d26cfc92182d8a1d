# %% right: one loop, and the time-out around it
async def ask_all(url, questions, seconds):
    answers = dict.fromkeys(range(len(questions)))
    async with connect(url) as ws:
        for number, text in enumerate(questions):
            await ws.send(json.dumps([number, text]))
        try:
            async with asyncio.timeout(seconds):
                async for message in ws:
                    kind, number, text = json.loads(message)
                    if kind == "answer":
                        answers[number] = text
                    if None not in answers.values():
                        break
        except TimeoutError:
            pass
    return list(answers.values())


# %% right: a future for each question, and a task that reads
async def ask_all(url, questions, seconds):
    waiting = [asyncio.Future() for _ in questions]

    async def read(ws):
        async for message in ws:
            kind, number, text = json.loads(message)
            if kind == "answer" and not waiting[number].done():
                waiting[number].set_result(text)

    async with connect(url) as ws:
        reading = asyncio.create_task(read(ws))
        for question in enumerate(questions):
            await ws.send(json.dumps(question))
        await asyncio.wait(waiting, timeout=seconds)
        await ws.close()
        await reading
    return [each.result() if each.done() else None for each in waiting]


# %% right: what is left of the time for each recv
import time


async def ask_all(url, questions, seconds):
    answers, until = {}, time.monotonic() + seconds
    async with connect(url) as ws:
        for question in enumerate(questions):
            await ws.send(json.dumps(question))
        while len(answers) < len(questions):
            left = until - time.monotonic()
            if left <= 0:
                break
            try:
                message = await asyncio.wait_for(ws.recv(), left)
            except TimeoutError:
                break
            kind, number, text = json.loads(message)
            if kind == "answer":
                answers[number] = text
    return [answers.get(number) for number in range(len(questions))]


# %% wrong: takes what comes first
async def ask_all(url, questions, seconds):
    async with connect(url) as ws:
        for question in enumerate(questions):
            await ws.send(json.dumps(question))
        return [json.loads(await ws.recv())[2] for _ in questions]


# %% wrong: a new time-out for each message, which the news keep from running out
async def ask_all(url, questions, seconds):
    answers = [None for _ in questions]
    async with connect(url) as ws:
        for question in enumerate(questions):
            await ws.send(json.dumps(question))
        with suppress(TimeoutError):
            while None in answers:
                message = await asyncio.wait_for(ws.recv(), seconds)
                kind, number, text = json.loads(message)
                if kind == "answer":
                    answers[number] = text
    return answers


# %% wrong: the time-out is not caught
async def ask_all(url, questions, seconds):
    answers = [None for _ in questions]
    async with connect(url) as ws, asyncio.timeout(seconds):
        for question in enumerate(questions):
            await ws.send(json.dumps(question))
        while None in answers:
            kind, number, text = json.loads(await ws.recv())
            if kind == "answer":
                answers[number] = text
    return answers


# %% wrong: the answers in the order in which they come
async def ask_all(url, questions, seconds):
    answers = []
    async with connect(url) as ws:
        for question in enumerate(questions):
            await ws.send(json.dumps(question))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(answers) < len(questions):
                    kind, _, text = json.loads(await ws.recv())
                    if kind == "answer":
                        answers.append(text)
    return answers + [None] * (len(questions) - len(answers))


# %% wrong: a task for each question that receives by itself
async def ask_all(url, questions, seconds):
    async def ask(ws, number, text):
        await ws.send(json.dumps([number, text]))
        while True:
            kind, answered, answer = json.loads(await ws.recv())
            if kind == "answer" and answered == number:
                return answer

    async with connect(url) as ws:
        asking = [ask(ws, *question) for question in enumerate(questions)]
        return await asyncio.wait_for(asyncio.gather(*asking), seconds)


# %% wrong: asks the next when the last is answered
async def ask_all(url, questions, seconds):
    answers = []
    async with connect(url) as ws:
        for question in enumerate(questions):
            await ws.send(json.dumps(question))
            try:
                async with asyncio.timeout(seconds / len(questions)):
                    while json.loads(message := await ws.recv())[0] != "answer":
                        pass
                answers.append(json.loads(message)[2])
            except TimeoutError:
                answers.append(None)
    return answers
