<?php

require __DIR__ . '/autoload.php';

use Syncano\Users\Api\UsersApi;
use Syncano\Users\Configuration;
use Syncano\Users\Model\Credentials;

$config = (new Configuration())->setHost(getenv('SYNCANO_URL'))->setApiKey('X-API-KEY', getenv('SYNCANO_API_KEY'));
$credentials = new Credentials(['username' => 'yennefer', 'password' => getenv('SYNCANO_PASSWORD')]);
$user = (new UsersApi(null, $config))->addUser(getenv('SYNCANO_INSTANCE'), $credentials);
echo "{$user->getUsername()} is user {$user->getId()}\n";
