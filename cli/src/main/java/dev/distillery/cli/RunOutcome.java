package dev.distillery.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.report.Result;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a run ended; what {@code --output json} prints. Fields that are not known are null.
 *
 * @param phase {@code Ready} or {@code Failed}
 * @param reason an {@link ExitCode#reason()} or, where something else failed, that thing's own
 * @param modelDir the published version's folder, or its URI where it is not on this machine
 * @param sha256 of its {@code model.onnx}
 */
record RunOutcome(
        String phase,
        String reason,
        String message,
        Double top1,
        Double teacherTop1,
        Double parityError,
        String modelDir,
        String sha256) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static RunOutcome of(Failure failure) {
        return new RunOutcome(
                Phase.FAILED.toString(), failure.code().reason(), failure.getMessage(), null, null, null, null, null);
    }

    /** @param claims folder with one folder per volume claim */
    static RunOutcome of(TrainingRecipeStatus status, Path claims) {
        boolean ready = status.phase() == Phase.READY;
        Optional<Condition> decisive = ready ? condition(status, Condition.READY, "True") : failure(status);
        Result result = status.result();
        Artifact artifact = status.artifacts() == null || status.artifacts().isEmpty() || !ready
                ? null
                : status.artifacts().get(0);
        return new RunOutcome(
                (ready ? Phase.READY : Phase.FAILED).toString(),
                ready
                        ? ExitCode.SUCCEEDED.reason()
                        : decisive.map(Condition::reason).orElse(ExitCode.INTERNAL_ERROR.reason()),
                decisive.map(Condition::message).orElse(status.message()),
                result == null ? null : result.top1(),
                result == null ? null : result.teacherTop1(),
                result == null ? null : result.parityError(),
                artifact == null
                        ? null
                        : LocalUri.path(artifact.uri(), claims)
                                .map(path -> path.normalize().toString())
                                .orElse(artifact.uri()),
                artifact == null ? null : artifact.sha256());
    }

    /** @return whether nothing more will happen to this recipe without its user */
    static boolean isFinal(TrainingRecipeStatus status) {
        return status.phase() != null && status.phase().terminal()
                || condition(status, Condition.ACCEPTED, "False").isPresent();
    }

    boolean succeeded() {
        return Phase.READY.toString().equals(phase);
    }

    ExitCode exitCode() {
        return succeeded() ? ExitCode.SUCCEEDED : ExitCode.ofReason(reason);
    }

    String json() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of strings and numbers can be written", e);
        }
    }

    private static Optional<Condition> failure(TrainingRecipeStatus status) {
        return condition(status, Condition.FAILED, "True")
                .or(() -> condition(status, Condition.ACCEPTED, "False"))
                .or(() -> condition(status, Condition.READY, "False"));
    }

    private static Optional<Condition> condition(TrainingRecipeStatus status, String type, String value) {
        List<Condition> conditions = status.conditions() == null ? List.of() : status.conditions();
        return conditions.stream()
                .filter(one -> one.type().equals(type) && one.status().equals(value))
                .findFirst();
    }
}
