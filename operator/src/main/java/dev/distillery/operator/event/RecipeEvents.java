package dev.distillery.operator.event;

import dev.distillery.operator.stage.StagePlan;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import dev.distillery.status.TrainingRecipeStatus.Attempts;
import dev.distillery.status.TrainingRecipeStatus.Failure;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jboss.logging.Logger;

/** Tells what changed between two statuses. An event that cannot be written is logged: it must not stop a recipe. */
public final class RecipeEvents {
    private static final Logger LOG = Logger.getLogger(RecipeEvents.class);
    private static final int MAX_MESSAGE = 1000;

    private final EventSeries series;
    private final Clock clock;

    public RecipeEvents(KubernetesClient client, Clock clock) {
        this.series = new EventSeries(client);
        this.clock = clock;
    }

    /** One sentence worth an event. */
    record Notice(boolean warning, String reason, String message) {}

    /** @param before null for a recipe without a status */
    public void emit(TrainingRecipe recipe, TrainingRecipeStatus before, TrainingRecipeStatus after) {
        for (Notice notice : notices(before, after)) {
            try {
                series.write(event(recipe, notice));
            } catch (KubernetesClientException e) {
                LOG.warnf(
                        "event %s of %s was not written: %s",
                        notice.reason(), recipe.getFullResourceName(), e.getMessage());
            }
        }
    }

    static List<Notice> notices(TrainingRecipeStatus before, TrainingRecipeStatus after) {
        List<Notice> notices = new ArrayList<>();
        boolean newRun = before == null || !Objects.equals(before.runId(), after.runId());
        if (newRun && after.runId() != null) {
            notices.add(new Notice(false, "Accepted", "the recipe can run"));
        }
        if (becameTrue(before, after, Condition.TEACHER_READY)) {
            notices.add(new Notice(false, "TeacherReady", message(after, Condition.TEACHER_READY)));
        }
        notices.addAll(attemptNotices(newRun ? null : before, after));
        Phase was = before == null || newRun ? null : before.phase();
        if (after.phase() != was
                || after.phase() == Phase.FAILED && !Objects.equals(after.message(), before.message())) {
            notices.addAll(phaseNotices(was, after));
        }
        return notices;
    }

    /** A failure that ends the recipe is told as that. */
    private static List<Notice> attemptNotices(TrainingRecipeStatus before, TrainingRecipeStatus after) {
        if (after.attempts() == null) {
            return List.of();
        }
        List<Notice> notices = new ArrayList<>();
        Attempts now = after.attempts();
        Attempts then = before == null ? null : before.attempts();
        Failure failure = now.lastFailure();
        if (failure != null && after.phase() != Phase.FAILED && (then == null || !failure.equals(then.lastFailure()))) {
            notices.add(new Notice(
                    true,
                    "AttemptInterrupted",
                    "%s, attempt %d: %s: %s"
                            .formatted(failure.stage(), failure.attempt(), failure.reason(), failure.message())));
        }
        String pod = pod(after);
        boolean another = pod != null && (before == null || !pod.equals(pod(before)));
        if (now.resumedFromStep() != null && another) {
            notices.add(new Notice(
                    false,
                    "Continued",
                    "from the checkpoint at step " + now.resumedFromStep()
                            + (now.lostSteps() == null ? "" : "; " + now.lostSteps() + " steps are done again")));
        }
        return notices;
    }

    /** @return of the last report; null if none has come, or the run is over */
    private static String pod(TrainingRecipeStatus status) {
        return status.progress() == null ? null : status.progress().pod();
    }

    private static List<Notice> phaseNotices(Phase was, TrainingRecipeStatus after) {
        List<Notice> notices = new ArrayList<>();
        if (was == Phase.SUSPENDED) {
            notices.add(new Notice(false, "Resumed", "spec.suspend is false"));
        }
        switch (after.phase()) {
            case TRAINING_TEACHER -> notices.add(new Notice(false, "TeacherStarted", after.message()));
            case TRAINING_STUDENT -> notices.add(new Notice(false, "StudentStarted", after.message()));
            case SUSPENDED -> notices.add(new Notice(false, "Suspended", after.message()));
            case READY -> notices.add(new Notice(false, "Published", after.message()));
            case FAILED -> notices.add(new Notice(true, reason(after), after.message()));
            case PENDING -> {}
        }
        return notices;
    }

    private static boolean becameTrue(TrainingRecipeStatus before, TrainingRecipeStatus after, String type) {
        return isTrue(after, type) && (before == null || !isTrue(before, type));
    }

    private static boolean isTrue(TrainingRecipeStatus status, String type) {
        return status.conditions() != null
                && status.conditions().stream()
                        .anyMatch(c -> c.type().equals(type) && c.status().equals("True"));
    }

    private static String message(TrainingRecipeStatus status, String type) {
        return condition(status, type).message();
    }

    private static String reason(TrainingRecipeStatus status) {
        return condition(status, Condition.FAILED).reason();
    }

    private static Condition condition(TrainingRecipeStatus status, String type) {
        return status.conditions().stream()
                .filter(c -> c.type().equals(type))
                .findFirst()
                .orElseThrow();
    }

    private Event event(TrainingRecipe recipe, Notice notice) {
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        String message = notice.message() == null ? "" : notice.message();
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(recipe.getMetadata().getNamespace())
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(recipe.getApiVersion())
                .withKind(recipe.getKind())
                .withName(recipe.getMetadata().getName())
                .withNamespace(recipe.getMetadata().getNamespace())
                .withUid(recipe.getMetadata().getUid())
                .endInvolvedObject()
                .withType(notice.warning() ? "Warning" : "Normal")
                .withReason(notice.reason())
                .withMessage(message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE - 1) + "…" : message)
                .withNewSource(StagePlan.MANAGER, null)
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .build();
    }
}
