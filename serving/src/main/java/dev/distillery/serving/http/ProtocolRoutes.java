package dev.distillery.serving.http;

import dev.distillery.serving.ServedModel;
import dev.distillery.serving.batch.Batcher;
import dev.distillery.serving.protocol.BadRequestException;
import dev.distillery.serving.protocol.InferRequest;
import dev.distillery.serving.protocol.InferRequestReader;
import dev.distillery.serving.protocol.InferResponse;
import dev.distillery.serving.protocol.ModelMetadata;
import dev.distillery.serving.protocol.TensorContract;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The Open Inference Protocol's paths below {@code /v2}. */
@Singleton
final class ProtocolRoutes {
    private static final int MAX_BODY = 32 << 20;
    /** Numbers of a larger request are read beside the event loop, which others need meanwhile. */
    private static final int LARGE_JSON = 64 << 10;

    private final ServedModel model;
    private final TensorContract contract;
    private final Batcher batcher;
    private final BodyBudget budget;
    private final Answers answers;
    private final String serverVersion;

    ProtocolRoutes(
            ServedModel model,
            Batcher batcher,
            BodyBudget budget,
            Answers answers,
            @ConfigProperty(name = "quarkus.application.version") String serverVersion) {
        this.model = model;
        this.contract = TensorContract.of(model.onnx(), Batcher.MAX_IMAGES);
        this.batcher = batcher;
        this.budget = budget;
        this.answers = answers;
        this.serverVersion = serverVersion;
    }

    void register(@Observes Router router) {
        get(router, "/v2", "server", context -> answers.json(context, server()));
        get(router, "/v2/health/live", "live", context -> answers.json(context, Map.of("live", true)));
        get(router, "/v2/health/ready", "ready", context -> answers.json(context, Map.of("ready", true)));
        add(router, HttpMethod.POST, "/v2/repository/index", "index", context -> answers.json(context, index()));
        for (String path : List.of("/v2/models/:model", "/v2/models/:model/versions/:version")) {
            get(router, path, "metadata", ofModel(context -> answers.json(context, metadata())));
            get(router, path + "/ready", "ready", ofModel(context -> answers.json(context, Map.of("ready", true))));
            add(router, HttpMethod.POST, path + "/infer", "infer", ofModel(this::infer));
        }
        router.route("/v2/*").handler(answers.timed("unknown", this::unknown));
    }

    private void get(Router router, String path, String operation, Handler<RoutingContext> handler) {
        add(router, HttpMethod.GET, path, operation, handler);
    }

    private void add(Router router, HttpMethod method, String path, String operation, Handler<RoutingContext> handler) {
        router.route(method, path).handler(answers.timed(operation, handler));
        router.route(path).handler(answers.timed(operation, context -> {
            context.response().putHeader("Allow", method.name());
            throw new HttpError(
                    HttpURLConnection.HTTP_BAD_METHOD,
                    "got " + context.request().method() + " "
                            + context.request().path() + ", expected " + method);
        }));
    }

    private void unknown(RoutingContext context) {
        throw new HttpError(
                HttpURLConnection.HTTP_NOT_FOUND, "got " + context.request().path() + ", no path here");
    }

    private Handler<RoutingContext> ofModel(Handler<RoutingContext> handler) {
        return context -> {
            String name = context.pathParam("model");
            String version = context.pathParam("version");
            if (!model.name().equals(name)
                    || version != null && !model.version().equals(version)) {
                throw new HttpError(
                        HttpURLConnection.HTTP_NOT_FOUND,
                        "got model " + name + (version == null ? "" : " version " + version) + ", expected "
                                + model.name() + " version " + model.version() + ", the only one here");
            }
            handler.handle(context);
        };
    }

    private Map<String, Object> server() {
        return Map.of(
                "name",
                "distillery",
                "version",
                serverVersion,
                "extensions",
                List.of("binary_tensor_data", "model_repository"));
    }

    private List<Map<String, String>> index() {
        return List.of(Map.of("name", model.name(), "version", model.version(), "state", "READY", "reason", ""));
    }

    private ModelMetadata metadata() {
        return ModelMetadata.of(model.name(), model.version(), contract);
    }

    private void infer(RoutingContext context) {
        String header = context.request().getHeader(InferResponse.HEADER_LENGTH);
        RequestBody.read(context, budget, MAX_BODY, body -> infer(context, body, jsonBytes(header, body.length)))
                .onFailure(e -> answers.fail(context, e));
    }

    private Future<Map<String, float[]>> infer(RoutingContext context, byte[] body, int jsonBytes) {
        return read(context, body, jsonBytes).compose(request -> Future.fromCompletionStage(
                        batcher.submit(request.images(), request.count(), context.response()::closed),
                        context.vertx().getOrCreateContext())
                .onSuccess(values -> answer(context, request, values)));
    }

    private Future<InferRequest> read(RoutingContext context, byte[] body, int jsonBytes) {
        return jsonBytes <= LARGE_JSON
                ? Future.succeededFuture(read(body, jsonBytes))
                : context.vertx()
                        .executeBlocking(
                                () -> {
                                    Answers.requireCaller(context);
                                    return read(body, jsonBytes);
                                },
                                false);
    }

    private static int jsonBytes(String header, int bodyBytes) {
        if (header == null) {
            return bodyBytes;
        }
        if (!header.matches("[0-9]{1,9}") || Integer.parseInt(header) > bodyBytes) {
            throw new HttpError(
                    HttpURLConnection.HTTP_BAD_REQUEST,
                    InferResponse.HEADER_LENGTH + ": got " + header + ", expected at most the body's " + bodyBytes);
        }
        return Integer.parseInt(header);
    }

    private InferRequest read(byte[] body, int jsonBytes) {
        try {
            return InferRequestReader.read(body, jsonBytes, contract);
        } catch (BadRequestException e) {
            throw new HttpError(HttpURLConnection.HTTP_BAD_REQUEST, e.getMessage());
        }
    }

    private void answer(RoutingContext context, InferRequest request, Map<String, float[]> values) {
        InferResponse response = InferResponse.of(model.name(), model.version(), request, values, contract.classes());
        boolean binary = response.jsonBytes() < response.body().length;
        if (binary) {
            context.response().putHeader(InferResponse.HEADER_LENGTH, Integer.toString(response.jsonBytes()));
        }
        answers.send(context, binary ? "application/octet-stream" : Answers.JSON, response.body());
    }
}
