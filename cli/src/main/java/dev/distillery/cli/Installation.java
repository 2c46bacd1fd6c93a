package dev.distillery.cli;

import dev.distillery.report.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Where the operator, the trainer and the server lie, as the build leaves them. */
record Installation(Path home) {
    /** The image that the operator puts into its Jobs and that the embedded cluster plays by {@link #trainer()}. */
    static final String TRAINER_IMAGE = "localhost/distillery/trainer:0.1.0";

    static final String HOME_VARIABLE = "DISTILLERY_HOME";

    static Installation ofEnvironment(Map<String, String> environment) {
        String home = environment.get(HOME_VARIABLE);
        if (home == null || home.isEmpty()) {
            throw new Failure(ExitCode.USAGE, HOME_VARIABLE + " is not set: start by the launcher, ./distillery");
        }
        return new Installation(Path.of(home).toAbsolutePath().normalize());
    }

    Path operator() {
        return built(home.resolve("operator/target/quarkus-app/quarkus-run.jar"));
    }

    Path trainer() {
        return built(home.resolve("trainer-image/bin/trainer"));
    }

    Path server() {
        return built(home.resolve("serving/target/quarkus-app/quarkus-run.jar"));
    }

    static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    private Path built(Path file) {
        if (!Files.isReadable(file)) {
            throw new Failure(
                    ExitCode.INTERNAL_ERROR,
                    file + ": no such file; build it: cd " + home + " && mvn -q package -DskipTests");
        }
        return file;
    }
}
