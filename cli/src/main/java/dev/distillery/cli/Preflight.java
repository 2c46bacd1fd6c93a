package dev.distillery.cli;

import dev.distillery.recipe.Compute;
import dev.distillery.recipe.TrainingRecipeSpec;
import dev.distillery.report.ExitCode;
import dev.distillery.schema.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What can be known to fail on this machine before anything is started. */
final class Preflight {
    private final TrainingRecipeSpec spec;
    private final Machine machine;
    private final Path claims;

    /** @param claims where the embedded cluster keeps the data of volume claims, one folder each */
    Preflight(TrainingRecipeSpec spec, Machine machine, Path claims) {
        this.spec = spec;
        this.machine = machine;
        this.claims = claims;
    }

    /** @return everything that stands in the way; empty if the run may start */
    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        if (spec.suspend()) {
            findings.add(new Finding(
                    ExitCode.INVALID_RECIPE,
                    new Violation(
                            "spec.suspend",
                            "true",
                            "false, as this run would wait for ever: --set spec.suspend=false")));
        }
        findings.addAll(
                DatasetCheck.of(spec.dataset(), claims).findings(spec.training().batchSize()));
        checkMachine(findings);
        for (int i = 0; i < spec.publish().destinations().size(); i++) {
            String path = "spec.publish.destinations[" + i + "].uri";
            LocalUri.path(spec.publish().destinations().get(i).uri(), claims)
                    .flatMap(Preflight::whyNotWritable)
                    .ifPresent(got -> findings.add(new Finding(
                            ExitCode.PUBLISH_FAILED,
                            new Violation(path, got, "a folder that can be written to: see --destination"))));
        }
        return findings;
    }

    /** @return what will work, but worse than asked for */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        Compute compute = spec.compute();
        if (compute.cpus() > machine.cpus()) {
            warnings.add("spec.compute.cpus: %d asked for, this machine has %d; training will be slower"
                    .formatted(compute.cpus(), machine.cpus()));
        }
        if (compute.memoryBytes() <= machine.memoryBytes() && compute.memoryBytes() > machine.availableBytes()) {
            warnings.add("spec.compute.memory: %s asked for, %s of this machine's memory are free now"
                    .formatted(compute.memory(), Figures.memory(machine.availableBytes())));
        }
        return warnings;
    }

    private void checkMachine(List<Finding> findings) {
        Compute compute = spec.compute();
        if (compute.memoryBytes() > machine.memoryBytes()) {
            findings.add(new Finding(
                    ExitCode.OUT_OF_MEMORY,
                    new Violation(
                            "spec.compute.memory",
                            compute.memory(),
                            "at most the %s that this machine has: ask for less with --set spec.compute.memory=…, or use a larger machine"
                                    .formatted(Figures.memory(machine.memoryBytes())))));
        }
        if (compute.gpus() > machine.gpus()) {
            findings.add(new Finding(
                    ExitCode.INVALID_RECIPE,
                    new Violation(
                            "spec.compute.gpus",
                            String.valueOf(compute.gpus()),
                            "at most %d, what this machine has: --set spec.compute.gpus=0 trains on the CPU"
                                    .formatted(machine.gpus()))));
        }
    }

    /** Tries it: permissions alone do not tell of read-only or full file systems. */
    private static Optional<String> whyNotWritable(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, ".distillery", ".probe"));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(folder + " (" + e.getClass().getSimpleName().replace("Exception", "") + ": "
                    + e.getMessage() + ")");
        }
    }
}
