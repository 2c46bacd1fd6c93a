"""Stands in for Triton's ONNX Runtime backend, which no package registry carries: the same library, from Python."""

import json
import pathlib

import onnxruntime
import triton_python_backend_utils as triton


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        version = pathlib.Path(args["model_repository"]) / args["model_version"]
        self.outputs = [output["name"] for output in config["output"]]
        self.session = onnxruntime.InferenceSession(
            version / config["default_model_filename"], providers=["CPUExecutionProvider"]
        )

    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        values = self.session.run(self.outputs, {tensor.name(): tensor.as_numpy() for tensor in request.inputs()})
        return triton.InferenceResponse([triton.Tensor(*output) for output in zip(self.outputs, values)])
