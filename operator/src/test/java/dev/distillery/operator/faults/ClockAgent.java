package dev.distillery.operator.faults;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.none;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;

/**
 * In the operator's process: what {@code java.time} takes for now is ahead by the seconds that a file says. The monotonic
 * clock goes on, as when NTP steps a node's.
 */
public final class ClockAgent {
    private ClockAgent() {}

    /** @param file holds the seconds; looked at again and again */
    public static void premain(String file, Instrumentation instrumentation) {
        new AgentBuilder.Default()
                .disableClassFormatChanges()
                .with(AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)
                .ignore(none())
                .type(named("java.time.Clock"))
                .transform((type, description, loader, module, domain) ->
                        type.visit(Advice.to(Ahead.class).on(named("currentInstant"))))
                .installOn(instrumentation);
        var unused = Executors.newSingleThreadScheduledExecutor(work -> {
                    Thread thread = new Thread(work, "test-clock");
                    thread.setDaemon(true);
                    return thread;
                })
                .scheduleWithFixedDelay(() -> read(Path.of(file)), 0, 50, TimeUnit.MILLISECONDS);
    }

    private static void read(Path file) {
        try {
            System.setProperty("test.clock", Files.readString(file).strip());
        } catch (IOException e) {
            System.err.println("the test's clock: " + e);
        }
    }

    /** Becomes part of the JDK's class, so it uses the JDK alone. */
    static final class Ahead {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Instant now) {
            now = now.plusSeconds(Long.getLong("test.clock", 0L));
        }
    }
}
