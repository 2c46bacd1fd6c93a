package dev.distillery.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchdogTest {
    private static final List<String> LASTING = List.of("/bin/sleep", "1000");

    /** A program that starts two processes, tells their ids and waits. */
    static final class Parent {
        public static void main(String[] arguments) throws IOException, InterruptedException {
            Process brief = new ProcessBuilder("/bin/true").start();
            Watchdog.watch(brief);
            brief.waitFor();
            Process one = new ProcessBuilder(LASTING).start();
            Process another = new ProcessBuilder(LASTING).start();
            Watchdog.watch(one);
            Watchdog.watch(another);
            System.out.println(one.pid());
            System.out.println(another.pid());
            another.waitFor();
        }
    }

    private Process parent;
    private List<ProcessHandle> children = List.of();

    @AfterEach
    void endWhatIsLeft() {
        children.forEach(ProcessHandle::destroyForcibly);
        parent.destroyForcibly();
    }

    @Test
    void whoIsKilledTakesAlongWhatItStarted() throws Exception {
        parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Parent.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = parent.inputReader()) {
            children = Stream.of(out.readLine(), out.readLine())
                    .map(Long::valueOf)
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .toList();
            assertThat(children).hasSize(2).allMatch(ProcessHandle::isAlive);
            parent.destroyForcibly();
            await().atMost(30, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(children).noneMatch(ProcessHandle::isAlive));
        }
    }
}
