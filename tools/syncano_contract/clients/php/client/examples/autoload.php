<?php

// What `vendor/autoload.php` does where Composer installed the client; here Guzzle is that of the system.
require_once 'GuzzleHttp/autoload.php';
spl_autoload_register(function (string $class): void {
    $file = __DIR__ . '/../lib/' . strtr(substr($class, strlen('Syncano\\Users\\')), '\\', '/') . '.php';
    if (str_starts_with($class, 'Syncano\\Users\\') && is_file($file)) {
        require $file;
    }
});
