package dev.distillery.trainer.publish;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands before a server and breaks: after a number of bytes from the client, whatever comes is cut off or refused; or it
 * refuses each request that is larger than that.
 */
public final class FaultyProxy implements AutoCloseable {
    public enum Fault {
        /** The connection ends in the middle of a byte stream. */
        CUT,
        /** 500 in the middle of a request, and to every later one. */
        ERROR,
        /** 413 in the middle of a request that is too large; others pass. */
        TOO_LARGE;

        private byte[] answer() {
            String status = this == TOO_LARGE ? "413 Content Too Large" : "500 Internal Server Error";
            return ("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
        }
    }

    private final ServerSocket listener;
    private final URI target;
    private final Fault fault;
    private final long limit;
    private final AtomicLong passed = new AtomicLong();
    private final AtomicInteger faults = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** @param limit bytes that pass before the fault; of each request for {@link Fault#TOO_LARGE} */
    public FaultyProxy(URI target, Fault fault, long limit) throws IOException {
        this.target = target;
        this.fault = fault;
        this.limit = limit;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    public String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** @return bytes from the client so far */
    public long passed() {
        return passed.get();
    }

    /** @return how often it broke */
    public int faults() {
        return faults.get();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            open.add(client);
            start(() -> serve(client));
        }
    }

    private void serve(Socket client) throws IOException {
        try (client;
                Socket server = new Socket(target.getHost(), target.getPort())) {
            open.add(server);
            AtomicLong request = new AtomicLong();
            start(() -> {
                answer(server.getInputStream(), client.getOutputStream(), request);
                client.close();
            });
            byte[] buffer = new byte[512];
            InputStream in = client.getInputStream();
            OutputStream out = server.getOutputStream();
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                long before = passed.getAndAdd(read);
                long left = limit - (fault == Fault.TOO_LARGE ? request.getAndAdd(read) : before);
                if (left < read) {
                    faults.incrementAndGet();
                    out.write(buffer, 0, (int) Math.max(0, left));
                    out.flush();
                    if (fault != Fault.CUT) {
                        client.getOutputStream().write(fault.answer());
                        client.shutdownOutput();
                    }
                    if (fault == Fault.TOO_LARGE) {
                        // A connection that is closed on unread bytes takes the answer along.
                        in.transferTo(OutputStream.nullOutputStream());
                    }
                    return;
                }
                out.write(buffer, 0, read);
                out.flush();
            }
        }
    }

    /** Whoever gets an answer begins a new request. */
    private static void answer(InputStream server, OutputStream client, AtomicLong request) throws IOException {
        byte[] buffer = new byte[8192];
        for (int read = server.read(buffer); read > 0; read = server.read(buffer)) {
            request.set(0);
            client.write(buffer, 0, read);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // A socket that was closed under this thread; that is what the proxy is for.
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
