package dev.distillery.operator.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import net.bytebuddy.agent.builder.AgentBuilder;

/** Moves operators' clocks while they run. */
final class OperatorClock {
    private final Path seconds;
    private final Path agent;

    /** @param folder for its files */
    OperatorClock(Path folder) throws IOException {
        this.seconds = folder.resolve("clock");
        this.agent = agent(folder);
        set(0);
    }

    /** @return the JVM's option that puts an operator's clock under this one */
    String agent() {
        return "-javaagent:" + agent + "=" + seconds;
    }

    /** @param ahead seconds; negative for behind */
    void set(int ahead) {
        try {
            Path next = Files.writeString(seconds.resolveSibling("clock.next"), Integer.toString(ahead));
            Files.move(next, seconds, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path agent(Path folder) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Premain-Class", ClockAgent.class.getName());
        attributes.putValue("Can-Retransform-Classes", "true");
        attributes.put(
                Attributes.Name.CLASS_PATH,
                AgentBuilder.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString());
        Path jar = folder.resolve("clock-agent.jar");
        try (JarOutputStream entries = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (Class<?> type : List.of(ClockAgent.class, ClockAgent.Ahead.class)) {
                String name = type.getName().replace('.', '/') + ".class";
                entries.putNextEntry(new JarEntry(name));
                try (InputStream content = type.getClassLoader().getResourceAsStream(name)) {
                    content.transferTo(entries);
                }
            }
        }
        return jar;
    }
}
