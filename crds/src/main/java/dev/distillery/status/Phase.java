package dev.distillery.status;

import com.fasterxml.jackson.annotation.JsonProperty;

/** For people; machines read the conditions. */
public enum Phase {
    /** Accepted, no pod runs yet. */
    @JsonProperty("Pending")
    PENDING("Pending"),
    @JsonProperty("TrainingTeacher")
    TRAINING_TEACHER("TrainingTeacher"),
    /** Student training, export, gate and publish. */
    @JsonProperty("TrainingStudent")
    TRAINING_STUDENT("TrainingStudent"),
    @JsonProperty("Suspended")
    SUSPENDED("Suspended"),
    /** Published. */
    @JsonProperty("Ready")
    READY("Ready"),
    @JsonProperty("Failed")
    FAILED("Failed");

    private final String label;

    Phase(String label) {
        this.label = label;
    }

    @Override
    public String toString() {
        return label;
    }

    public boolean terminal() {
        return this == READY || this == FAILED;
    }
}
