"""An Apollo in Python on grpcio, for the contract tests: it shares no line with the servers in this repository.

Embeds mean colours. Prints its port, then serves until standard input ends.
Usage: server.py STUBS_FOLDER LISTEN, where LISTEN is host:port or unix:/path
"""

import asyncio
import math
import struct
import sys

sys.path.insert(0, sys.argv[1])

import grpc  # noqa: E402
from apollo.clip.v1 import clip_pb2 as pb  # noqa: E402
from apollo.clip.v1 import clip_pb2_grpc as rpc  # noqa: E402

VERSION = "python-colours-1"
SIZE = 224
DIM = 8
WINDOW = 8
HEARTBEAT_MS = 400

MODEL = pb.ModelInfo(
    name="python-colours",
    version=VERSION,
    embedding_dim=DIM,
    normalized=True,
    input_size=SIZE,
    preprocessing=pb.Preprocessing(
        resize_mode=pb.RESIZE_MODE_SHORTEST_SIDE_CENTER_CROP,
        resample_filter=pb.RESAMPLE_FILTER_BICUBIC,
        mean=[0.5, 0.5, 0.5],
        std=[0.5, 0.5, 0.5],
        resize_size=SIZE,
    ),
    accepted_media_types=["image/jpeg"],
    supports_text=True,
    max_text_tokens=77,
    state=pb.MODEL_STATE_READY,
)


def unit(values):
    norm = math.sqrt(sum(v * v for v in values))
    return struct.pack("<%df" % len(values), *(v / norm for v in values))


def embedding(values):
    return pb.Embedding(values_f32le=unit(values), dim=DIM, model_version=VERSION)


def embed_pixels(data):
    means = [sum(data[c::3]) / (len(data) // 3) / 127.5 - 1 for c in range(3)]
    half = len(data) // 2
    tops = [sum(data[c:half:3]) / (half // 3) / 127.5 - 1 for c in range(3)]
    return embedding(means + tops + [1.0, 0.5])


def embed_text(text):
    return embedding([math.sin(1 + i + sum(text.encode())) for i in range(DIM - 1)] + [1.0])


def failed(item, reason, retry, message):
    return pb.EncodeResult(
        request_id=item.request_id,
        content_hash=item.ref.content_hash,
        error=pb.ItemError(reason=reason, retry=retry, message=message),
    )


def encode(item):
    payload = item.WhichOneof("payload")
    if payload == "encoded":
        if not item.encoded.data.startswith(b"\xff\xd8"):
            return failed(item, pb.ERROR_REASON_UNDECODABLE, pb.RETRY_NEVER, "not a picture")
        return failed(item, pb.ERROR_REASON_UNSUPPORTED_MEDIA, pb.RETRY_NEVER, "no decoder here")
    rgb = item.rgb
    if payload is None or rgb.width != SIZE or rgb.height != SIZE or len(rgb.data) != SIZE * SIZE * 3:
        return failed(item, pb.ERROR_REASON_INVALID_ITEM, pb.RETRY_LATER, "not %d pixels square" % SIZE)
    return pb.EncodeResult(
        request_id=item.request_id,
        content_hash=item.ref.content_hash,
        embedding=embed_pixels(rgb.data),
        duration_ms=1,
    )


async def check_model(context, selector):
    if selector.version and selector.version != VERSION:
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, selector.version + " is not served here")


class Stream:
    """One EncodeImages call: answers leave through one queue, in whatever order they are ready."""

    def __init__(self, context):
        self.context = context
        self.out = asyncio.Queue()
        self.used = set()
        self.tasks = {}

    async def read(self, requests):
        try:
            async for request in requests:
                await self.take(request)
            while self.tasks:
                await asyncio.wait(self.tasks.values())
        finally:
            self.out.put_nowait(None)

    async def take(self, request):
        kind = request.WhichOneof("request")
        if kind == "item":
            await self.start(request.item)
        elif kind == "cancel":
            task = self.tasks.get(request.cancel.request_id)
            if task:
                task.cancel()
        else:
            await self.break_off("opened twice" if kind else "a message without a request")

    async def start(self, item):
        if item.request_id == 0 or item.request_id in self.used:
            await self.break_off("request_id used again")
        if len(self.tasks) >= WINDOW:
            await self.break_off("window overrun")
        self.used.add(item.request_id)
        self.tasks[item.request_id] = asyncio.create_task(self.work(item))

    async def work(self, item):
        try:
            await asyncio.sleep(0.001 * (item.request_id % 3))
            result = encode(item)
        except asyncio.CancelledError:
            result = failed(item, pb.ERROR_REASON_CANCELLED, pb.RETRY_LATER, "cancelled")
        del self.tasks[item.request_id]
        self.out.put_nowait(pb.EncodeImagesResponse(result=result))

    async def break_off(self, what):
        await self.context.abort(grpc.StatusCode.INVALID_ARGUMENT, what)


class Service(rpc.ClipEncodingServiceServicer):
    async def GetModelInfo(self, request, context):
        await check_model(context, request.model)
        return pb.GetModelInfoResponse(model=MODEL, server_version="python", server_instance_id="1")

    async def EncodeImage(self, request, context):
        await check_model(context, request.model)
        return pb.EncodeImageResponse(result=encode(request.item))

    async def EncodeTexts(self, request, context):
        await check_model(context, request.model)
        return pb.EncodeTextsResponse(
            results=[pb.EncodeResult(request_id=i, embedding=embed_text(t)) for i, t in enumerate(request.texts)]
        )

    async def EncodeImages(self, requests, context):
        requests = requests.__aiter__()
        first = await requests.__anext__()
        if first.WhichOneof("request") != "open":
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no open message first")
        await check_model(context, first.open.model)
        accepted = pb.StreamAccepted(
            model=MODEL,
            max_in_flight=WINDOW,
            server_version="python",
            server_instance_id="1",
            heartbeat_ms=HEARTBEAT_MS,
        )
        yield pb.EncodeImagesResponse(accepted=accepted)
        stream = Stream(context)
        reader = asyncio.create_task(stream.read(requests))
        while True:
            try:
                message = await asyncio.wait_for(stream.out.get(), HEARTBEAT_MS / 1000)
            except asyncio.TimeoutError:
                message = pb.EncodeImagesResponse(flow=pb.FlowUpdate())
            if message is None:
                break
            yield message
        await reader


async def main():
    server = grpc.aio.server()
    rpc.add_ClipEncodingServiceServicer_to_server(Service(), server)
    port = server.add_insecure_port(sys.argv[2])
    await server.start()
    print(port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.stop(0.2)


asyncio.run(main())
