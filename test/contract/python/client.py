"""A client in Python on grpcio, for the contract tests: what it sees of a server goes to standard output as JSON.

Usage: client.py STUBS_FOLDER TARGET, where TARGET is host:port or unix:/path
"""

import json
import math
import queue
import struct
import sys

sys.path.insert(0, sys.argv[1])

import grpc  # noqa: E402
from apollo.clip.v1 import clip_pb2 as pb  # noqa: E402
from apollo.clip.v1 import clip_pb2_grpc as rpc  # noqa: E402

COUNT = 12


def solid(request_id, size):
    colour = bytes([(request_id * 40) % 256, (request_id * 90) % 256, 60])
    return pb.ImageItem(
        request_id=request_id,
        ref=pb.ImageRef(content_hash="%064x" % request_id),
        rgb=pb.RgbImage(width=size, height=size, data=colour * (size * size)),
    )


def norm(embedding):
    values = struct.unpack("<%df" % embedding.dim, embedding.values_f32le)
    return math.sqrt(sum(v * v for v in values))


def describe(result):
    kind = result.WhichOneof("outcome")
    said = {"id": result.request_id, "hash": result.content_hash, "kind": kind}
    if kind == "embedding":
        said["norm"] = round(norm(result.embedding), 3)
        said["version"] = result.embedding.model_version
    if kind == "error":
        said["reason"] = pb.ErrorReason.Name(result.error.reason)
        said["retry"] = pb.Retry.Name(result.error.retry)
    return said


def stream(stub, model):
    requests = queue.Queue()
    requests.put(pb.EncodeImagesRequest(open=pb.StreamOpen(client_name="python", wanted_in_flight=4)))
    answers = stub.EncodeImages(iter(requests.get, None), timeout=60)
    accepted = next(answers)
    window = accepted.accepted.max_in_flight
    sent, said = 0, []

    def send():
        nonlocal sent
        sent += 1
        # The last one is not square: our own fault, and no verdict on the photo.
        size = model.input_size if sent < COUNT else model.input_size - 1
        requests.put(pb.EncodeImagesRequest(item=solid(sent, size)))

    while sent < min(window, COUNT):
        send()
    for answer in answers:
        if answer.WhichOneof("response") != "result":
            continue
        said.append(describe(answer.result))
        if sent < COUNT:
            send()
        elif len(said) == COUNT:
            requests.put(None)
    return {"window": window, "first": accepted.WhichOneof("response"), "results": said, "status": answers.code().name}


def broken_protocol(stub):
    try:
        for _ in stub.EncodeImages(iter([pb.EncodeImagesRequest(item=solid(1, 8))]), timeout=20):
            pass
        return "OK"
    except grpc.RpcError as error:
        return error.code().name


def main():
    with grpc.insecure_channel(sys.argv[2]) as channel:
        stub = rpc.ClipEncodingServiceStub(channel)
        model = stub.GetModelInfo(pb.GetModelInfoRequest(), timeout=20, wait_for_ready=True).model
        unary = stub.EncodeImage(pb.EncodeImageRequest(item=solid(7, model.input_size)), timeout=20).result
        texts = stub.EncodeTexts(pb.EncodeTextsRequest(texts=["red", "blue"]), timeout=20).results
        report = {
            "version": model.version,
            "dim": model.embedding_dim,
            "stream": stream(stub, model),
            "unary": describe(unary),
            "texts": [describe(text) for text in texts],
            "itemBeforeOpen": broken_protocol(stub),
        }
    print(json.dumps(report))


main()
