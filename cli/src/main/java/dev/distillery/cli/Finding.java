package dev.distillery.cli;

import dev.distillery.report.ExitCode;
import dev.distillery.schema.Violation;
import java.util.List;
import java.util.stream.Collectors;

/** Something that stands in a recipe's way, and the exit code that belongs to it. */
record Finding(ExitCode code, Violation violation) {
    static List<Finding> invalidRecipe(List<Violation> violations) {
        return violations.stream()
                .map(violation -> new Finding(ExitCode.INVALID_RECIPE, violation))
                .toList();
    }

    /** @return one error that lists them all, with the code of the first */
    static Failure failure(String subject, List<Finding> findings) {
        return new Failure(
                findings.get(0).code(),
                subject + ": " + (findings.size() == 1 ? "1 problem" : findings.size() + " problems") + "\n"
                        + list(findings));
    }

    static String list(List<Finding> findings) {
        return findings.stream().map(finding -> "  " + finding.violation()).collect(Collectors.joining("\n"));
    }
}
