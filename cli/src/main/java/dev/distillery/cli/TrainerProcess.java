package dev.distillery.cli;

import dev.distillery.embedded.Watchdog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A command that the trainer carries out, on this terminal. */
final class TrainerProcess {
    private TrainerProcess() {}

    /** @return its exit code */
    static int run(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Installation.ofEnvironment(System.getenv()).trainer().toString());
        command.addAll(arguments);
        Process trainer = new ProcessBuilder(command).inheritIO().start();
        Watchdog.watch(trainer);
        Runtime.getRuntime().addShutdownHook(new Thread(trainer::destroy, "trainer-shutdown"));
        return trainer.waitFor();
    }
}
