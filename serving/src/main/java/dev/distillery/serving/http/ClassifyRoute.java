package dev.distillery.serving.http;

import dev.distillery.image.BadImageException;
import dev.distillery.inference.InputForm;
import dev.distillery.inference.Picture;
import dev.distillery.inference.Prediction;
import dev.distillery.inference.PublishedModel;
import dev.distillery.serving.ServedModel;
import dev.distillery.serving.batch.Batcher;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** {@code POST /classify?top=K}: a picture file as the body, the most likely classes as the answer. */
@Singleton
final class ClassifyRoute {
    private static final int MAX_BODY = 16 << 20;
    private static final int UNSUPPORTED_MEDIA_TYPE = 415;
    private static final String PATH = "/classify";

    private final ServedModel model;
    private final Batcher batcher;
    private final BodyBudget budget;
    private final Answers answers;
    private final WorkerExecutor decoders;
    private final Upload upload = new Upload();

    ClassifyRoute(ServedModel model, Batcher batcher, BodyBudget budget, Answers answers, Vertx vertx) {
        this.model = model;
        this.batcher = batcher;
        this.budget = budget;
        this.answers = answers;
        this.decoders =
                vertx.createSharedWorkerExecutor("decoder", Runtime.getRuntime().availableProcessors());
    }

    /** The body of an answer. */
    record Classification(String model, String version, List<Prediction> predictions) {}

    void register(@Observes Router router) {
        router.post(PATH).handler(answers.timed("classify", this::classify));
        router.route(PATH).handler(answers.timed("classify", context -> {
            throw new HttpError(
                    HttpURLConnection.HTTP_BAD_METHOD,
                    "got " + context.request().method() + ", expected POST");
        }));
    }

    private void classify(RoutingContext context) {
        int top = top(context.request().getParam("top"));
        requirePicture(context.request().getHeader("Content-Type"));
        RequestBody.read(context, budget, MAX_BODY, file -> infer(context, file))
                .onSuccess(
                        values -> answers.json(context, classification(values.get(PublishedModel.PROBABILITIES), top)))
                .onFailure(e -> answers.fail(context, e));
    }

    private Future<Map<String, float[]>> infer(RoutingContext context, byte[] file) {
        return decoders.executeBlocking(
                        () -> {
                            Answers.requireCaller(context);
                            return decode(file);
                        },
                        false)
                .compose(image -> Future.fromCompletionStage(
                        batcher.submit(image, 1, context.response()::closed),
                        context.vertx().getOrCreateContext()));
    }

    private int top(String text) {
        int classes = model.onnx().classes();
        if (text == null) {
            return Math.min(5, classes);
        }
        if (!text.matches("[1-9][0-9]{0,8}")) {
            throw new HttpError(
                    HttpURLConnection.HTTP_BAD_REQUEST, "top: got " + text + ", expected a whole number from 1 on");
        }
        return Math.min(Integer.parseInt(text), classes);
    }

    /** The content decides in the end; a form or JSON is refused here, with a sentence that helps. */
    private static void requirePicture(String type) {
        boolean picture = type == null
                || type.startsWith("image/")
                || type.startsWith("application/octet-stream")
                // curl --data-binary says this unless it is told otherwise.
                || type.startsWith("application/x-www-form-urlencoded");
        if (!picture) {
            throw new HttpError(
                    UNSUPPORTED_MEDIA_TYPE,
                    "Content-Type: got " + type + ", expected image/png or image/jpeg with the file as the body, as"
                            + " curl --data-binary @picture.png sends it");
        }
    }

    private ByteBuffer decode(byte[] file) {
        InputForm form = model.onnx().input();
        try {
            byte[] pixels = upload.pixels(Picture.of(file), form);
            ByteBuffer image = ByteBuffer.allocate(form.imageBytes());
            form.put(pixels, image);
            return image.flip();
        } catch (BadImageException e) {
            throw new HttpError(
                    HttpURLConnection.HTTP_BAD_REQUEST,
                    "the picture: " + e.getMessage() + "; expected a whole PNG or JPEG");
        }
    }

    private Classification classification(float[] probabilities, int top) {
        return new Classification(
                model.name(), model.version(), Prediction.mostLikely(probabilities, top, model.onnx()::className));
    }
}
