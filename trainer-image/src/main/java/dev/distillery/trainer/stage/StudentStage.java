package dev.distillery.trainer.stage;

import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.report.Artifact;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.ExitCode;
import dev.distillery.report.Result;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.checkpoint.Teacher;
import dev.distillery.trainer.checkpoint.TeacherStore;
import dev.distillery.trainer.data.ImageSet;
import dev.distillery.trainer.export.OnnxExporter;
import dev.distillery.trainer.gate.Latency;
import dev.distillery.trainer.gate.OnnxGate;
import dev.distillery.trainer.loop.Evaluation;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.precision.ComputeType;
import dev.distillery.trainer.publish.Bundle;
import dev.distillery.trainer.publish.BundleStore;
import dev.distillery.trainer.publish.DataFacts;
import dev.distillery.trainer.publish.ModelInput;
import dev.distillery.trainer.publish.ModelRepository;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.Origin;
import dev.distillery.trainer.publish.Publication;
import dev.distillery.trainer.publish.PublishException;
import dev.distillery.trainer.publish.Receipt;
import dev.distillery.trainer.publish.TrainerBuild;
import dev.distillery.trainer.quantization.QuantizedModel;
import dev.distillery.trainer.torchscript.InferenceNetwork;
import dev.distillery.validation.RecipeValidator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Trains the student, by a teacher where the recipe distils, and exports, gates and publishes it. */
final class StudentStage {
    private final StageContext context;
    private final ResolvedRecipe recipe;
    private final ModelRepository repository;
    private final BundleStore bundles;
    private final Receipt receipt;

    private StudentStage(StageContext context, ModelRepository repository) {
        this.context = context;
        this.recipe = context.recipe();
        this.repository = repository;
        this.bundles = new BundleStore(context.workspace().resolve("bundles").resolve(recipe.name()), context.runId());
        this.receipt = new Receipt(
                context.workspace().resolve("receipts").resolve(recipe.name()).resolve(context.runId() + ".json"));
    }

    /** @param repository the recipe's destinations */
    static RunReport run(StageContext context, ModelRepository repository) {
        return new StudentStage(context, repository).run();
    }

    private RunReport run() {
        Optional<RunReport> said = receipt.of(context.runId());
        if (said.isPresent() && repository.publishedBy(context.runId()).isPresent()) {
            return said.get();
        }
        Optional<ModelVersion> finished = bundles.load();
        return finished.isPresent() ? publish(finished.get()) : trainAndPublish();
    }

    private RunReport trainAndPublish() {
        repository.reach();
        Teacher teacher = recipe.teacherHash() == null ? null : loadTeacher();
        Pattern earlier = Pattern.compile("student-" + Pattern.quote(recipe.name()) + "-[0-9a-f]{64}");
        context.checkpoints(Stage.STUDENT)
                .deleteEarlier(name -> earlier.matcher(name).matches());
        StageContext.Trained student = train(teacher);
        Network network = context.assembler().network(Stage.STUDENT);
        byte[] onnx = export(network, student.members());
        float[] trainerLogits = trainerLogits(network, student.members());
        OnnxGate.Measurement measured =
                OnnxGate.measure(onnx, context.normalization(), context.data().validation(), trainerLogits);
        OnnxGate gate = new OnnxGate(recipe.spec().gate());
        List<String> refusals = gate.refusals(measured);
        if (!refusals.isEmpty()) {
            Result result = result(network, teacher, student, new Exported(onnx, measured, null));
            return report(
                    ExitCode.GATE_FAILED, String.join("; ", refusals), result, List.of(), List.of(), student.curve());
        }
        Exported exported = new Exported(onnx, measured, quantized(gate, onnx, measured, trainerLogits));
        Result result = result(network, teacher, student, exported);
        ModelVersion model = ModelVersion.of(bundle(teacher, student, exported, result), context.signingKey());
        bundles.save(model);
        return publish(model);
    }

    private RunReport publish(ModelVersion model) {
        List<CurvePoint> curve = model.learningCurve(Stage.STUDENT);
        // A student that an earlier attempt kept has its warnings in its report only, together with the notes.
        List<String> warnings = new ArrayList<>(model.warnings());
        warnings.removeAll(notes());
        Publication published;
        try {
            published = repository.publish(model);
        } catch (PublishException e) {
            return report(e.exitCode(), e.getMessage(), model.result(), e.done(), warnings, curve);
        }
        warnings.addAll(published.warnings());
        List<Artifact> artifacts = published.artifacts();
        String message = "published "
                + String.join(", ", artifacts.stream().map(Artifact::uri).toList());
        RunReport report = report(ExitCode.SUCCEEDED, message, model.result(), artifacts, warnings, curve);
        // Not before: a student that missed its gate, or could not be published, need not be trained again. Nor if the
        // process is being stopped: its exit code will then say so, and the next one must find what is published.
        if (!context.stop().requested() && receipt.keep(report)) {
            context.finished(Stage.STUDENT);
            bundles.delete();
        }
        return report;
    }

    /** @param int8 null unless the recipe asks for it */
    record Exported(byte[] onnx, OnnxGate.Measurement measured, Quantized int8) {
        List<String> warnings() {
            return int8 == null || int8.refusal() == null ? List.of() : List.of(int8.refusal());
        }

        Map<String, List<Latency>> latencies() {
            Map<String, List<Latency>> latencies = new LinkedHashMap<>();
            latencies.put(Bundle.MODEL, measured.latencies());
            if (int8 != null && int8.measured() != null) {
                latencies.put(Bundle.INT8_MODEL, int8.measured().latencies());
            }
            return latencies;
        }
    }

    /**
     * The INT8 model.
     *
     * @param measured null if ONNX Runtime refuses it
     * @param refusal why it is not published; null if it is
     */
    record Quantized(byte[] onnx, OnnxGate.Measurement measured, String refusal) {
        static Quantized of(
                byte[] onnx,
                OnnxGate gate,
                OnnxGate.Measurement whole,
                Normalization normalization,
                ImageSet validation,
                float[] trainerLogits) {
            try {
                OnnxGate.Measurement measured = OnnxGate.measure(onnx, normalization, validation, trainerLogits);
                return new Quantized(
                        onnx,
                        measured,
                        gate.quantizationRefusal(whole, measured).orElse(null));
            } catch (TrainerException e) {
                if (e.exitCode() != ExitCode.GATE_FAILED) {
                    throw e;
                }
                return new Quantized(
                        onnx,
                        null,
                        "spec.gate.maxQuantizationDrop: INT8 cannot be measured (" + e.getMessage()
                                + "); only FP32 is published");
            }
        }

        Result.Int8 result() {
            return measured == null
                    ? null
                    : new Result.Int8(
                            measured.confusion().top1(), onnx.length, measured.latencyMillisP50(), refusal == null);
        }
    }

    private Quantized quantized(OnnxGate gate, byte[] onnx, OnnxGate.Measurement whole, float[] trainerLogits) {
        if (recipe.spec().gate().maxQuantizationDrop() == null) {
            return null;
        }
        byte[] int8 = QuantizedModel.of(
                onnx,
                context.normalization(),
                context.data().train(),
                recipe.spec().compute().cpus());
        return Quantized.of(
                int8, gate, whole, context.normalization(), context.data().validation(), trainerLogits);
    }

    private Teacher loadTeacher() {
        return new TeacherStore(context.workspace(), recipe.teacherHash())
                .load(context.data().digest())
                .orElseThrow(() -> new TrainerException(
                        ExitCode.TEACHER_MISSING,
                        "no teacher " + recipe.teacherHash() + " trained on this data in " + context.workspace()
                                + ", expected the one that the teacher's stage leaves there; if the data changed since,"
                                + " state its sha256 in spec.dataset so that a new teacher is trained"));
    }

    private StageContext.Trained train(Teacher teacher) {
        if (teacher == null) {
            return context.train(Stage.STUDENT, null);
        }
        try (InferenceNetwork frozen = InferenceNetwork.of(
                context.torch(),
                context.assembler().network(Stage.TEACHER),
                teacher.weights(),
                context.normalization(),
                computeType())) {
            return context.train(Stage.STUDENT, frozen);
        }
    }

    private ComputeType computeType() {
        return context.assembler().plan(Stage.STUDENT, 1).precision().type();
    }

    private float[] trainerLogits(Network network, List<Weights> members) {
        List<float[]> logits = new ArrayList<>();
        for (Weights weights : members) {
            try (InferenceNetwork trained =
                    InferenceNetwork.of(context.torch(), network, weights, context.normalization(), ComputeType.FP32)) {
                logits.add(Evaluation.logits(
                        context.torch().manager(), trained, context.data().validation()));
            }
        }
        return Evaluation.together(logits, network.classes());
    }

    private byte[] export(Network network, List<Weights> members) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("distillery.recipe.digest", recipe.digest());
        metadata.put("distillery.data.digest", context.data().digest());
        metadata.put("distillery.labels", String.join("\n", context.data().classes()));
        metadata.put("distillery.mean", joined(context.data().mean()));
        metadata.put("distillery.std", joined(context.data().std()));
        if (context.data().resizedSide() != null) {
            metadata.put("distillery.resize", context.data().resizedSide().toString());
        }
        return new OnnxExporter(
                        network,
                        members,
                        context.normalization(),
                        recipe.spec().export().embedPreprocessing())
                .export(metadata);
    }

    private static String joined(float[] values) {
        List<String> texts = new ArrayList<>();
        for (float value : values) {
            texts.add(Float.toString(value));
        }
        return String.join(",", texts);
    }

    private Result result(Network network, Teacher teacher, StageContext.Trained student, Exported exported) {
        OnnxGate.Measurement measured = exported.measured();
        return new Result(
                measured.confusion().top1(),
                teacher == null ? null : teacher.top1(),
                measured.parityError(),
                measured.agreement(),
                student.members().size() * network.parameterCount(),
                teacher == null
                        ? null
                        : context.assembler().network(Stage.TEACHER).parameterCount(),
                exported.onnx().length,
                measured.latencyMillisP50(),
                Math.rint(student.seconds() * 10) / 10,
                exported.int8() == null ? null : exported.int8().result());
    }

    private Bundle bundle(Teacher teacher, StageContext.Trained student, Exported exported, Result result) {
        List<CurvePoint> curve = new ArrayList<>(teacher == null ? List.of() : teacher.learningCurve());
        curve.addAll(student.curve());
        return new Bundle(
                context.runId(),
                recipe,
                exported.onnx(),
                exported.warnings().isEmpty() && exported.int8() != null
                        ? exported.int8().onnx()
                        : null,
                new ModelInput(
                        recipe.spec().export().embedPreprocessing()
                                ? ModelInput.Form.PIXELS
                                : ModelInput.Form.NORMALISED,
                        context.data().height(),
                        context.data().width(),
                        context.data().channels(),
                        context.data().mean(),
                        context.data().std(),
                        context.data().resizedSide()),
                computeType().name().toLowerCase(Locale.ROOT),
                context.data().classes(),
                new DataFacts(
                        context.data().train().count(),
                        context.data().validation().count(),
                        context.data().digest()),
                result,
                exported.latencies(),
                curve,
                exported.measured().confusion().recall(),
                exported.measured().confusion().counts(),
                Stream.concat(notes().stream(), exported.warnings().stream()).toList(),
                new Origin(TrainerBuild.current(), context.image()));
    }

    /** What is known of recipe and data before the training. */
    private List<String> notes() {
        List<String> notes = new ArrayList<>(RecipeValidator.warnings(recipe.spec()));
        notes.addAll(context.data().notes());
        return notes;
    }

    private RunReport report(
            ExitCode code,
            String message,
            Result result,
            List<Artifact> artifacts,
            List<String> warnings,
            List<CurvePoint> curve) {
        return new RunReport(
                context.runId(),
                Stage.STUDENT,
                code.reason(),
                message,
                result.top1(),
                false,
                result,
                artifacts,
                warnings,
                curve,
                context.marks().report());
    }
}
