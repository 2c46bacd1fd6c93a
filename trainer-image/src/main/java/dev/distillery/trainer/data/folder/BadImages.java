package dev.distillery.trainer.data.folder;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Images of both splits that cannot be used, and how many of them the recipe puts up with. Safe for several threads. */
final class BadImages {
    /** So many are named in a message; a termination message holds 4,096 bytes. */
    private static final int NAMED = 5;

    private final int most;
    private final Map<String, String> reasons = new TreeMap<>();

    /** @param most spec.dataset.maxBadImages */
    BadImages(int most) {
        this.most = most;
    }

    /** @param file whole path */
    synchronized void add(String file, String reason) {
        reasons.put(file, reason);
    }

    synchronized int count() {
        return reasons.size();
    }

    /** @throws TrainerException INVALID_DATA if there are more than the recipe allows; the message names some */
    synchronized void check() {
        if (reasons.size() > most) {
            throw new TrainerException(
                    ExitCode.INVALID_DATA,
                    "spec.dataset: got " + images(reasons.size()) + " that cannot be used, expected at most " + most
                            + " (spec.dataset.maxBadImages): " + named()
                            + "; repair or remove them, or raise spec.dataset.maxBadImages to train without them");
        }
    }

    /** @return for people; null if there are none */
    synchronized String note() {
        return reasons.isEmpty()
                ? null
                : images(reasons.size()) + " could not be used and "
                        + (reasons.size() == 1 ? "was" : "were") + " left out (spec.dataset.maxBadImages: " + most
                        + "): " + named();
    }

    private String named() {
        String some = reasons.entrySet().stream()
                .limit(NAMED)
                .map(bad -> bad.getKey() + ": " + bad.getValue())
                .collect(Collectors.joining("; "));
        return reasons.size() > NAMED ? some + "; and " + (reasons.size() - NAMED) + " more" : some;
    }

    private static String images(int count) {
        return count == 1 ? "1 image" : count + " images";
    }
}
