package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.time.Duration;

/**
 * What a run that has ended leaves behind. The recipe itself stays, with its status, as the record of the run. A change
 * makes no new run.
 */
public record Retention(
        @Default("1h")
                @Pattern("^[0-9]{1,5}[smhd]$")
                @Size(max = 6)
                @JsonPropertyDescription(
                        "How long Jobs, pods and their logs stay after the end, e.g. 0s, 30m, 12h or 7d.")
                String podsAfterFinish,
        @Default("delete")
                @JsonPropertyDescription(
                        "Of a stage that succeeded. keep: a recipe that is published again elsewhere, or with another"
                                + " gate, trains nothing again. Those of a stage that failed always stay, for the corrected recipe.")
                Checkpoints checkpoints) {

    public enum Checkpoints {
        @JsonProperty("delete")
        DELETE,
        @JsonProperty("keep")
        KEEP
    }

    /** @return {@code podsAfterFinish} */
    public Duration afterFinish() {
        int unit = podsAfterFinish.length() - 1;
        long number = Long.parseLong(podsAfterFinish.substring(0, unit));
        return switch (podsAfterFinish.charAt(unit)) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            case 'h' -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
