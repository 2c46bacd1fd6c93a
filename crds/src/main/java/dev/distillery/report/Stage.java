package dev.distillery.report;

/** A stage of a recipe; teacher and student are one Job each. */
public enum Stage {
    TEACHER("Teacher"),
    STUDENT("Student");

    private final String label;

    Stage(String label) {
        this.label = label;
    }

    @com.fasterxml.jackson.annotation.JsonValue
    @Override
    public String toString() {
        return label;
    }
}
