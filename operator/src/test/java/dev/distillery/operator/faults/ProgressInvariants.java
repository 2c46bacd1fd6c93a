package dev.distillery.operator.faults;

import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import dev.distillery.status.TrainingRecipeStatus.Attempts;
import dev.distillery.status.TrainingRecipeStatus.Progress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What holds between the statuses of one recipe, each as it was written, and what its trainers said. */
final class ProgressInvariants {
    private final List<TrainingRecipeStatus> statuses;
    /** Each pod's after those of the pods before it. */
    private final List<Statement> statements;

    private final List<String> violations = new ArrayList<>();

    /** @param statements of all trainers of the namespace */
    ProgressInvariants(List<TrainingRecipeStatus> statuses, List<Statement> statements) {
        this.statuses = statuses;
        this.statements = statements;
    }

    List<String> violations() {
        Map<String, Integer> newest = new HashMap<>();
        TrainingRecipeStatus before = null;
        for (TrainingRecipeStatus status : statuses) {
            if (status.progress() != null) {
                progressWasReportedAndNeverGoesBack(status.progress(), newest);
                checkpointsWereReported(status.attempts());
                if (before != null
                        && before.progress().stage().equals(status.progress().stage())) {
                    checkpointsNeverGoBack(before.attempts(), status.attempts());
                    lostStepsAreThoseDoneAgain(before, status);
                }
                before = status;
            }
        }
        if (before != null && before.phase() == Phase.READY) {
            theEndIsAsTheTrainerSaid(before);
        }
        return violations;
    }

    /** An earlier pod's report never follows a later one's, nor an earlier report of the same pod. */
    private void progressWasReportedAndNeverGoesBack(Progress progress, Map<String, Integer> newest) {
        if (progress.pod() == null) {
            return;
        }
        int shown = first(said -> !said.last() && said.pod().equals(progress.pod()) && said.step() == progress.step());
        int before = newest.getOrDefault(progress.stage(), -1);
        if (shown < 0) {
            violations.add("step %d of pod %s is in the status, and was never reported"
                    .formatted(progress.step(), progress.pod()));
        } else if (shown < before) {
            violations.add(
                    "the status went back from %s to %s".formatted(statements.get(before), statements.get(shown)));
        } else {
            newest.put(progress.stage(), shown);
        }
    }

    private void checkpointsWereReported(Attempts attempts) {
        long resumedFrom = zeroForNull(attempts.resumedFromStep());
        long checkpoint = zeroForNull(attempts.lastCheckpointStep());
        boolean said = resumedFrom == 0 && checkpoint == 0
                || statements.stream().anyMatch(s -> s.resumedFrom() == resumedFrom && s.checkpoint() == checkpoint);
        if (!said) {
            violations.add("resumed from step %d with a checkpoint of step %d: no pod said so"
                    .formatted(resumedFrom, checkpoint));
        }
    }

    private void checkpointsNeverGoBack(Attempts before, Attempts now) {
        if (zeroForNull(now.lastCheckpointStep()) < zeroForNull(before.lastCheckpointStep())
                || zeroForNull(now.resumedFromStep()) < zeroForNull(before.resumedFromStep())) {
            violations.add("checkpoints went back from %s to %s".formatted(before, now));
        }
    }

    /** They change only with another pod's first words, and are what the status had told beyond the step where that went on. */
    private void lostStepsAreThoseDoneAgain(TrainingRecipeStatus before, TrainingRecipeStatus now) {
        Progress told = before.progress();
        Long lost = now.attempts().lostSteps();
        boolean sameLost = Objects.equals(lost, before.attempts().lostSteps());
        if (told.pod() == null) {
            if (!sameLost) {
                violations.add("lost steps without a pod that lost them: " + now.attempts());
            }
            return;
        }
        String speaker = now.progress().pod();
        boolean another = speaker != null && !speaker.equals(told.pod());
        if (!another && sameLost) {
            return;
        }
        Set<Long> right = after(told.pod())
                .map(said -> Math.max(0, told.step() - said.resumedFrom()))
                .collect(Collectors.toSet());
        if (!right.contains(zeroForNull(lost))) {
            violations.add("lost steps are %s after step %d of pod %s, expected one of %s"
                    .formatted(lost, told.step(), told.pod(), right));
        }
    }

    /** @return what other pods of the same run said since this one began */
    private Stream<Statement> after(String pod) {
        int start = first(said -> said.pod().equals(pod));
        return start < 0
                ? Stream.empty()
                : statements.subList(start, statements.size()).stream()
                        .filter(said -> said.run().equals(statements.get(start).run()))
                        .filter(said -> !said.pod().equals(pod));
    }

    /** @return its index; -1 for none */
    private int first(Predicate<Statement> which) {
        return IntStream.range(0, statements.size())
                .filter(index -> which.test(statements.get(index)))
                .findFirst()
                .orElse(-1);
    }

    private void theEndIsAsTheTrainerSaid(TrainingRecipeStatus status) {
        Statement last = statements.stream()
                .filter(said -> said.run().equals(status.runId()))
                .reduce((earlier, later) -> later)
                .orElse(null);
        if (last == null
                || last.resumedFrom() != zeroForNull(status.attempts().resumedFromStep())
                || last.checkpoint() != zeroForNull(status.attempts().lastCheckpointStep())) {
            violations.add("the end was %s, expected as in %s".formatted(status.attempts(), last));
        }
    }

    private static long zeroForNull(Long step) {
        return step == null ? 0 : step;
    }
}
