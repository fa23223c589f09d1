/** Service discovery: the application's types, the engine and the interfaces of a backend. */
module io.discovery {
  requires com.google.gson;

  exports io.discovery;
  exports io.discovery.spi;

  uses io.discovery.spi.BackendProvider;
}
