package dev.ila.torch;

import ai.djl.engine.Engine;
import dev.ila.data.Batch;
import dev.ila.data.Demo;
import dev.ila.data.Tokenizer;
import dev.ila.torch.Network.Want;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketImpl;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * A process of its own that writes down whom it tries to reach: every URL that is opened and every
 * socket, of which none gets through.
 */
final class Offline {
    private static final Set<String> ASKED = new ConcurrentSkipListSet<>();

    private Offline() {}

    /** Arguments: what to do, a folder for files; then prints what was asked for, by lines. */
    @SuppressWarnings("deprecation") // The one way to see sockets that needs no security manager.
    public static void main(String[] arguments) throws Exception {
        ProxySelector.setDefault(new Urls());
        Socket.setSocketImplFactory(Closed::new);
        switch (arguments[0]) {
            case "library" -> library(Path.of(arguments[1]));
            case "engine" -> Engine.getEngine("PyTorch");
            default -> url();
        }
        System.out.println("asked: " + ASKED);
    }

    private static void library(Path folder) {
        Dimensions d = SmallNetwork.dimensions(true);
        Batch batch = SmallNetwork.batch(d.vocabulary());
        Compute compute = new Compute("cpu", Precision.F32, 1, false);
        try (Network n = SmallNetwork.make(d, compute);
                Tokenizer tokenizer = Tokenizer.load(Demo.extract(folder))) {
            Change change = SmallNetwork.factors(n, 0.2);
            DeviceVector gradient = n.vector(new float[change.values().size()]);
            float[] gamma = SmallNetwork.gamma(d.layers());
            n.step(batch, change, gamma, Want.CHANGE_GRADIENT, gradient, 1);
            tokenizer.encode("hello");
        }
    }

    /** To an address that is kept for documentation. */
    private static void url() throws Exception {
        try (InputStream in = new URI("http", "192.0.2.1", "/x", null).toURL().openStream()) {
            in.read();
        } catch (ConnectException e) {
            ASKED.add("refused");
        }
    }

    private static final class Urls extends ProxySelector {
        @Override
        public List<Proxy> select(URI uri) {
            if (uri.getScheme().startsWith("http")) {
                ASKED.add(uri.getScheme() + " " + uri.getHost());
            }
            return List.of(Proxy.NO_PROXY);
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException e) {
            ASKED.add("failed " + uri.getHost());
        }
    }

    private static final class Closed extends SocketImpl {
        private ConnectException refuse(Object to) {
            ASKED.add("socket " + to);
            return new ConnectException("no socket gets through here");
        }

        @Override
        protected void create(boolean stream) {}

        @Override
        protected void connect(String host, int port) throws IOException {
            throw refuse(host + ":" + port);
        }

        @Override
        protected void connect(InetAddress address, int port) throws IOException {
            throw refuse(address + ":" + port);
        }

        @Override
        protected void connect(SocketAddress address, int timeout) throws IOException {
            throw refuse(address);
        }

        @Override
        protected void bind(InetAddress host, int port) {}

        @Override
        protected void listen(int backlog) {}

        @Override
        protected void accept(SocketImpl s) throws IOException {
            throw refuse("accept");
        }

        @Override
        protected InputStream getInputStream() {
            return InputStream.nullInputStream();
        }

        @Override
        protected OutputStream getOutputStream() {
            return OutputStream.nullOutputStream();
        }

        @Override
        protected int available() {
            return 0;
        }

        @Override
        protected void close() {}

        @Override
        protected void sendUrgentData(int data) {}

        @Override
        public void setOption(int id, Object value) {}

        @Override
        public Object getOption(int id) {
            return 0;
        }
    }
}
