package dev.distillery.recipe;

import dev.distillery.schema.Violation;
import java.util.List;
import java.util.stream.Collectors;

/** A recipe that cannot work, with everything that is wrong with it. */
public class RecipeException extends RuntimeException {
    private final transient List<Violation> violations;

    public RecipeException(List<Violation> violations) {
        super(violations.stream().map(Violation::toString).collect(Collectors.joining("; ")));
        this.violations = List.copyOf(violations);
    }

    public List<Violation> violations() {
        return violations;
    }
}
